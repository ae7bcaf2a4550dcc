import type { PageRequest, Position } from "../crud/keyset.ts";
import { ApiError } from "../errors.ts";
import { openCursor, sealCursor } from "../security/cursors.ts";

/** A list that pages can be taken of. `scope` says which list it is, whose, and under which sort and filters. */
export type List = { key: CryptoKey; scope: string };

/** What a list's query says beyond the place in it: two queries that differ here share no cursor. */
export function scopeOf(name: string, query: object): string {
  const {
    limit: _limit,
    cursor: _cursor,
    include: _include,
    ...rest
  } = { limit: 0, cursor: "", include: "", ...query };
  const entries = Object.entries(rest).filter(([, value]) => value !== undefined);
  return JSON.stringify([name, ...entries.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

/** What to ask the database for: one row more than the page has, which only tells that there is a next page. */
export async function pageRequest(
  { key, scope }: List,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<PageRequest> {
  if (cursor === undefined) return { after: undefined, limit: limit + 1 };
  const position = await openCursor(key, scope, cursor);
  if (position === undefined) throw new ApiError("invalid_cursor");
  const [sortKey = "", id = ""] = position.split("\u0000");
  return { after: { key: sortKey, id }, limit: limit + 1 };
}

/**
 * Makes a page of `limit` rows out of what {@link pageRequest} asked for. `end` is where the next page begins behind fewer
 * rows, in a list whose query looks no further.
 */
export async function toPage<Row extends { id: string; sort_key: string }>(
  { key, scope }: List,
  rows: Row[],
  limit: number,
  end?: Pick<Row, "id" | "sort_key">,
) {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : end;
  return {
    items,
    next_cursor: last ? await sealCursor(key, scope, toText({ key: last.sort_key, id: last.id })) : null,
  };
}

// No text of ours holds NUL.
function toText({ key, id }: Position): string {
  return `${key}\u0000${id}`;
}
