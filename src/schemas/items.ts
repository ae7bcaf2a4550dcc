import { z } from "@hono/zod-openapi";
import { Id, isNotEmpty, Timestamp } from "./common.ts";
import { pageOf } from "./pages.ts";
import { text } from "./text.ts";

const Title = text({ min: 1, max: 200 }).openapi({ example: "Analytical engine" });
const Description = text({ max: 10_000 }).nullable().openapi({ example: "Weaves algebraic patterns" });

export const Item = z
  .object({
    id: Id,
    owner_id: Id,
    title: z.string().openapi({ example: "Analytical engine" }),
    description: z.string().nullable().openapi({ example: "Weaves algebraic patterns" }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi("Item");

export const ItemCreate = z.strictObject({ title: Title, description: Description.optional() }).openapi("ItemCreate");

export const ItemUpdate = z
  .strictObject({ title: Title, description: Description })
  .partial()
  .refine(isNotEmpty, "must change at least one field")
  .openapi("ItemUpdate", { minProperties: 1 });

export const ItemPage = pageOf(Item).openapi("ItemPage");
