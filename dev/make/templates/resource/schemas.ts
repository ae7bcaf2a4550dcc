import { z } from "@hono/zod-openapi";
import { changesSomething, ETag, Id, Timestamp } from "./common.ts";
import { pageOf } from "./pages.ts";
import { text } from "./text.ts";

const Title = text({ min: 1, max: 200 }).openapi({ example: "A title" });
const Description = text({ max: 10_000 }).nullable().openapi({ example: "A description" });

export const FieldNote = z
  .object({
    id: Id,
    owner_id: Id,
    title: z.string().openapi({ example: "A title" }),
    description: z.string().nullable().openapi({ example: "A description" }),
    created_at: Timestamp,
    updated_at: Timestamp,
    etag: ETag,
  })
  .openapi("FieldNote");

export const FieldNoteCreate = z
  .strictObject({ title: Title, description: Description.optional() })
  .openapi("FieldNoteCreate");

export const FieldNoteUpdate = z
  .strictObject({ title: Title, description: Description })
  .partial()
  .check(changesSomething)
  .openapi("FieldNoteUpdate", { minProperties: 1 });

export const FieldNotePage = pageOf(FieldNote).openapi("FieldNotePage");

export const FieldNoteQuery = z.object({
  status: z.enum(["live", "deleted"]).default("live").openapi({ description: "`deleted`: what can still be restored" }),
});
