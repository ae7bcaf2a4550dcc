import { z } from "@hono/zod-openapi";
import { batchOf, batchResultOf } from "./batches.ts";
import { changesSomething, ETag, Id, Timestamp } from "./common.ts";
import { countedPageOf, pageOf, sortBy } from "./pages.ts";
import { includes, Moment } from "./parameters.ts";
import { text } from "./text.ts";
import { PublicProfile } from "./users.ts";

const Title = text({ min: 1, max: 200 }).openapi({ example: "Analytical engine" });
const Description = text({ max: 10_000 }).nullable().openapi({ example: "Weaves algebraic patterns" });
const IsPublic = z
  .boolean()
  .openapi({ description: "True to let anybody read it, with its owner's public profile, at /public/items" });

export const Item = z
  .object({
    id: Id,
    owner_id: Id,
    title: z.string().openapi({ example: "Analytical engine" }),
    description: z.string().nullable().openapi({ example: "Weaves algebraic patterns" }),
    is_public: z.boolean(),
    created_at: Timestamp,
    updated_at: Timestamp,
    etag: ETag,
    owner: PublicProfile.nullable()
      .optional()
      .openapi({ description: "Present with `include=owner`; null if the account is gone" }),
  })
  .openapi("Item");

/** An item in an export: without related resources, and without what only a change needs. */
export const ItemRow = Item.omit({ owner: true, etag: true });

/** The public fields of a public item, named one by one, so that a new field stays private. */
export const PublicItem = Item.pick({ id: true, title: true, description: true, created_at: true, updated_at: true })
  .extend({ owner: PublicProfile })
  .openapi("PublicItem");
export const PublicItemPage = pageOf(PublicItem).openapi("PublicItemPage");

export const ItemReadQuery = z.object({ include: includes("owner") });

export const ItemCreate = z
  .strictObject({ title: Title, description: Description.optional(), is_public: IsPublic.optional() })
  .openapi("ItemCreate");

export const ItemUpdate = z
  .strictObject({ title: Title, description: Description, is_public: IsPublic })
  .partial()
  .check(changesSomething)
  .openapi("ItemUpdate", { minProperties: 1 });

export const ItemBatch = batchOf(ItemCreate, ItemUpdate, { title: "Analytical engine" }).openapi("ItemBatch");
export type ItemOperation = z.output<typeof ItemBatch>["operations"][number];
export const ItemBatchResult = batchResultOf(Item).openapi("ItemBatchResult");

export const ItemPage = countedPageOf(Item).openapi("ItemPage");

export const ItemQuery = z.object({
  sort: sortBy("created_at", "updated_at", "title", "relevance").optional().openapi({
    description: "Prefix with `-` for descending order. Defaults to `-created_at`, or to `-relevance` with `q`",
  }),
  created_after: Moment.optional().openapi({ description: "At this time or later" }),
  created_before: Moment.optional().openapi({ description: "Before this time" }),
  q: text({ min: 1, max: 200 })
    .optional()
    .openapi({ description: "Words that must all occur in title or description" }),
  status: z
    .enum(["live", "deleted"])
    .default("live")
    .openapi({ description: "`deleted` lists items that can still be restored" }),
  include: includes("owner", "total").openapi({
    description: "`total` counts the matches, which is costly on long lists",
  }),
  owner_id: Id.optional().openapi({ description: "The owner of the items to list; for admins only" }),
});
export type ItemQuery = z.output<typeof ItemQuery>;
