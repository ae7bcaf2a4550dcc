import { ApiError } from "../errors.ts";
import { openCursor, sealCursor } from "../security/cursors.ts";

/** A list that pages can be taken of. `scope` says which list it is, whose and under which filters. */
type List = { key: CryptoKey; scope: string };

/** The id after which the page starts; `undefined` for the first. Throws `invalid_cursor`. */
export async function startOfPage({ key, scope }: List, cursor: string | undefined): Promise<string | undefined> {
  if (cursor === undefined) return undefined;
  const position = await openCursor(key, scope, cursor);
  if (position === undefined) throw new ApiError("invalid_cursor");
  return position;
}

/** Makes a page of `limit` rows out of `limit + 1`: the extra row only tells that there is a next page. */
export async function toPage<Row extends { id: string }>({ key, scope }: List, rows: Row[], limit: number) {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next_cursor: last ? await sealCursor(key, scope, last.id) : null };
}
