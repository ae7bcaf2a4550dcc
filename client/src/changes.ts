/** The header that lets a change apply only to the version of the row that was read. */
export function ifMatch(row: { etag: string }): { "If-Match": string } {
  return { "If-Match": row.etag };
}

/**
 * The result of a change, with the `current` row beside the error where somebody else had changed it (412), so that a
 * page can show both.
 */
export async function changing<Result extends { error?: { code: string } }, Row>(
  change: Promise<Result>,
  read: () => Promise<{ data?: Row }>,
): Promise<Result & { current?: Row }> {
  const result = await change;
  if (result.error?.code !== "precondition_failed") return result;
  const { data } = await read();
  return data === undefined ? result : { ...result, current: data };
}
