import { z } from "@hono/zod-openapi";
import { Id, isNotEmpty, Timestamp } from "./common.ts";
import { PageQuery, pageOf, sortBy } from "./pages.ts";
import { text } from "./text.ts";

const Title = text({ min: 1, max: 200 }).openapi({ example: "Analytical engine" });
const Description = text({ max: 10_000 }).nullable().openapi({ example: "Weaves algebraic patterns" });
const IsPublic = z.boolean().openapi({ description: "Whether anybody may read it, at /public/items" });

export const Item = z
  .object({
    id: Id,
    owner_id: Id,
    title: z.string().openapi({ example: "Analytical engine" }),
    description: z.string().nullable().openapi({ example: "Weaves algebraic patterns" }),
    is_public: z.boolean(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi("Item");

export const ItemCreate = z
  .strictObject({ title: Title, description: Description.optional(), is_public: IsPublic.optional() })
  .openapi("ItemCreate");

export const ItemUpdate = z
  .strictObject({ title: Title, description: Description, is_public: IsPublic })
  .partial()
  .refine(isNotEmpty, "must change at least one field")
  .openapi("ItemUpdate", { minProperties: 1 });

export const ItemPage = pageOf(Item).openapi("ItemPage");

export const ItemQuery = PageQuery.extend({
  sort: sortBy("created_at", "updated_at", "title", "relevance").optional().openapi({
    description: "`-` sorts downwards. `-created_at` unless told otherwise; `-relevance` where there is a `q`",
  }),
  created_after: Timestamp.optional().openapi({ description: "That moment and later" }),
  created_before: Timestamp.optional().openapi({ description: "Before that moment" }),
  q: text({ min: 1, max: 200 })
    .optional()
    .openapi({ description: "Words that title and description hold, all of them" }),
  status: z.enum(["live", "deleted"]).default("live").openapi({ description: "`deleted`: what can still be restored" }),
  include: z.literal("total").optional().openapi({ description: "`total` counts what matches: costly on long lists" }),
  owner_id: Id.optional().openapi({ description: "Whose items: for admins only" }),
});
export type ItemQuery = z.output<typeof ItemQuery>;
