import type { CallerEnv, PagedEnv } from "../context/types.ts";
import { refuseUnlessAdmin } from "../crud/guards.ts";
import { ItemBatches } from "../crud/item-batches.ts";
import { type ItemFilter, Items, itemQueries } from "../crud/items.ts";
import { PublicItems } from "../crud/public-items.ts";
import type { ItemOperation, ItemQuery } from "../schemas/items.ts";
import type { PageQuery } from "../schemas/pages.ts";
import { changeTogether } from "./batches.ts";

type Context = Pick<CallerEnv["Variables"], "db" | "run" | "user"> & PagedEnv["Variables"];

/**
 * A page of the caller's items, or of another owner's for an admin. Throws `invalid_cursor`, and `forbidden` if a user
 * names another owner.
 */
export async function pageOfItems({ db, run, user, page }: Context, query: ItemQuery & PageQuery) {
  const sort = query.sort ?? (query.q === undefined ? "-created_at" : "-relevance");
  const filter = {
    ownerId: query.owner_id ?? user.id,
    status: query.status,
    createdAfter: query.created_after,
    createdBefore: query.created_before,
    q: query.q,
  } satisfies { [Part in keyof Required<ItemFilter>]: ItemFilter[Part] };
  const onlyAdmins = query.owner_id === undefined ? undefined : refuseUnlessAdmin(db, user);
  const include = query.include ?? [];
  const withOwner = include.includes("owner");
  const count = include.includes("total") ? Items.count(db, filter) : undefined;
  let total: number | undefined;
  const listed = await page({ ...query, sort }, async (at) => {
    const [, counted, ...found] = await run(onlyAdmins, count, ...itemQueries(db, filter, sort, at, withOwner));
    total = counted?.[0]?.total;
    return found.flat();
  });
  return { ...listed, ...(total !== undefined && { total }) };
}

/** A page of all public items. Throws `invalid_cursor`. */
export async function pageOfPublicItems({ db, run, page }: Omit<Context, "user">, query: PageQuery) {
  return page(query, async (at) => {
    const rows = await run(PublicItems.list(db, at));
    return { rows: rows.filter(({ owner }) => owner !== null), end: rows.findLast(({ is_end }) => is_end) };
  });
}

/** Carries out a batch: see {@link changeTogether}. `shown` are the items that are or just were public. */
export async function changeItems(
  context: Pick<CallerEnv["Variables"], "db" | "run" | "user" | "settings">,
  operations: ItemOperation[],
) {
  const { results, ...changed } = await changeTogether(context, ItemBatches, context.user, operations);
  const rows = [...changed.created, ...changed.updated, ...changed.deleted];
  const hidden = operations.flatMap((one) => (one.op === "update" && one.item.is_public === false ? [one] : []));
  return { results, shown: [...rows.filter(({ is_public }) => is_public), ...hidden] };
}
