import { z } from "@hono/zod-openapi";
import { rule } from "./field-errors.ts";

export const Id = z.uuid().openapi({ example: "019abc12-3456-7def-8abc-1234567890ab" });
export const IdParams = z.object({ id: Id });
export const Timestamp = z.iso
  .datetime()
  .openapi({ description: "RFC 3339, UTC", example: "2026-11-23T09:30:00.000Z" });

/** The version of the row, as in the header `ETag`. */
export const ETag = z.string().openapi({ description: "The version, for `If-Match`", example: '"1"' });

function isNotEmpty(changes: object): boolean {
  return Object.keys(changes).length > 0;
}

/** Refuses a PATCH that changes nothing. */
export const changesSomething = rule(isNotEmpty, "too_few_fields", { min: 1 });
