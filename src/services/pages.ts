import type { PageRequest, Position } from "../crud/keyset.ts";
import { ApiError } from "../errors.ts";
import { openCursor, sealCursor } from "../security/cursors.ts";
import type { MacKeys } from "../security/mac-keys.ts";

/** A paged list. `scope` identifies it: its name, owner, sort and filters. */
export type List = { keys: MacKeys; scope: string };

/** The parts of a query that identify its list: a cursor is valid only for an equal scope. */
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

/** The request to the database: one extra row, which shows if there is a next page. */
export async function pageRequest(
  { keys, scope }: List,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<PageRequest> {
  if (cursor === undefined) return { after: undefined, limit: limit + 1 };
  const position = await openCursor(keys, scope, cursor);
  if (position === undefined) throw new ApiError("invalid_cursor");
  const [sortKey = "", id = ""] = position.split("\u0000");
  return { after: { key: sortKey, id }, limit: limit + 1 };
}

/**
 * Makes a page of `limit` rows from the rows of {@link pageRequest}. `end` is the start of the next page if the query
 * stopped early with a short one.
 */
export async function toPage<Row extends { id: string; sort_key: string }>(
  { keys, scope }: List,
  rows: Row[],
  limit: number,
  end?: { id: string; sort_key: string },
) {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : end;
  return {
    items,
    next_cursor: last ? await sealCursor(keys, scope, toText({ key: last.sort_key, id: last.id })) : null,
  };
}

/** Keeps a page of rows with a text of ten thousand characters, of up to six bytes each, at 12 MB. */
const exportedAtOnce = 200;

/**
 * All rows of a list, a page on demand, for `download`: `find` runs the query of a page, each in a round trip of its
 * own behind the guard. In an order that never changes, such as that of `created_at`, a row appears at most once.
 */
export async function* allPages<Row extends { id: string; sort_key: string }>(
  find: (at: PageRequest) => Promise<Row[]>,
): AsyncGenerator<Row[], void, undefined> {
  let after: Position | undefined;
  do {
    const rows = await find({ after, limit: exportedAtOnce });
    yield rows;
    const last = rows.length === exportedAtOnce ? rows.at(-1) : undefined;
    after = last && { key: last.sort_key, id: last.id };
  } while (after);
}

// Separates by NUL, which no text of ours holds.
function toText({ key, id }: Position): string {
  return `${key}\u0000${id}`;
}
