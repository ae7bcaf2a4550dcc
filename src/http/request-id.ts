/** The caller's own id of a request, if it is short and plain, or else a new one. */
export function adoptedId(given: string | null | undefined): string {
  return given && /^[\w=-]{1,64}$/.test(given) ? given : crypto.randomUUID();
}
