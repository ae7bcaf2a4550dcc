/** Takes a block's place in a file, where a reader would put it. Each throws when the file has no such place. */

/** Inserts `code` before an exported declaration and its comment. */
export function addBefore(declaration: string, code: string, text: string): string {
  const lines = text.split("\n");
  let at = lines.findIndex((line) => line.startsWith(`export const ${declaration}`));
  if (at === -1) throw new Error(`there is no ${declaration}`);
  while (/^(\/\*\*| \*)/.test(lines[at - 1] ?? "")) at -= 1;
  return [...lines.slice(0, at), ...code.split("\n"), ...lines.slice(at)].join("\n");
}

/**
 * Applies a diff without line numbers: each part between two lines `…` takes the place of its lines without `+`, which the
 * file must have exactly once.
 */
export function applyDiff(diff: string, text: string): string {
  let result = text;
  for (const part of diff.split(/^…\n/m)) {
    const lines = part.split("\n").slice(0, -1);
    const side = (other: string) => lines.filter((line) => !line.startsWith(other)).map((line) => `${line.slice(1)}\n`);
    const [before, after] = [side("+").join(""), side("-").join("")];
    const places = result.split(before).length - 1;
    if (places !== 1) throw new Error(`the file has these lines ${places} times:\n${before}`);
    result = result.replace(before, () => after);
  }
  return result;
}

/** True if a file has the lines of an excerpt in order, however deep they stand, with gaps only at `…`. */
export function hasExcerpt(excerpt: string, text: string): boolean {
  const plain = (lines: string) => lines.replace(/^ +/gm, "");
  let rest = plain(text);
  for (const part of plain(excerpt).split(/^ *(?:\/\/ )?…\n/m)) {
    const at = rest.indexOf(part);
    if (at === -1) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}
