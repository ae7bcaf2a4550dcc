/** True if what is percent-encoded in a query or a form is UTF-8. A `%` that encodes nothing stands for itself. */
export function isEncodedUtf8(text: string): boolean {
  try {
    for (const [run] of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeURIComponent(run);
    return true;
  } catch {
    return false;
  }
}
