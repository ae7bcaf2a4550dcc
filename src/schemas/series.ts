import { z } from "@hono/zod-openapi";
import { Id, isNotEmpty, Timestamp } from "./common.ts";
import { PageQuery, pageOf } from "./pages.ts";
import { text } from "./text.ts";

const Title = text({ min: 1, max: 200 }).openapi({ example: "A title" });
const Description = text({ max: 10_000 }).nullable().openapi({ example: "A description" });

export const Sery = z
  .object({
    id: Id,
    owner_id: Id,
    title: z.string().openapi({ example: "A title" }),
    description: z.string().nullable().openapi({ example: "A description" }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi("Sery");

export const SeryCreate = z.strictObject({ title: Title, description: Description.optional() }).openapi("SeryCreate");

export const SeryUpdate = z
  .strictObject({ title: Title, description: Description })
  .partial()
  .refine(isNotEmpty, "must change at least one field")
  .openapi("SeryUpdate", { minProperties: 1 });

export const SeryPage = pageOf(Sery).omit({ total: true }).openapi("SeryPage");

export const SeryQuery = PageQuery.extend({
  status: z.enum(["live", "deleted"]).default("live").openapi({ description: "`deleted`: what can still be restored" }),
});
