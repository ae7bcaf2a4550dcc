/** What a mailed link brings: its query is the body of the call that uses it. */
export function mailedLink({ token = "" }: Record<string, unknown>): { token: string } {
  return { token: String(token) };
}
