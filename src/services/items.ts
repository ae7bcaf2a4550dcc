import type { UserEnv } from "../context.ts";
import { requireAdmin, requireUser } from "../crud/guards.ts";
import { countItems, itemOrder, listItems } from "../crud/items.ts";
import type { ItemQuery } from "../schemas/items.ts";
import { pageRequest, scopeOf, toPage } from "./pages.ts";

type Context = Pick<UserEnv["Variables"], "db" | "run" | "user" | "keys">;

/**
 * A page of the caller's items; of another owner's for an admin. Throws `invalid_cursor`, and `forbidden` where anybody
 * else names an owner.
 */
export async function pageOfItems({ db, run, user, keys }: Context, query: ItemQuery) {
  const sort = query.sort ?? (query.q === undefined ? "-created_at" : "-relevance");
  const filter = {
    ownerId: query.owner_id ?? user.id,
    status: query.status,
    createdAfter: query.created_after,
    createdBefore: query.created_before,
    q: query.q,
  };
  const list = { key: keys.cursor, scope: scopeOf("items", { ...query, sort, owner_id: filter.ownerId }) };
  const guard = query.owner_id === undefined ? requireUser(db, user) : requireAdmin(db, user);
  const rows = listItems(db, filter, itemOrder(sort, query.q), await pageRequest(list, query));
  if (query.include !== "total") return toPage(list, (await run(guard, rows))[1], query.limit);
  const [, found, [count]] = await run(guard, rows, countItems(db, filter));
  return { ...(await toPage(list, found, query.limit)), total: count?.total };
}
