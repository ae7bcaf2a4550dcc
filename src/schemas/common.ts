import { z } from "@hono/zod-openapi";

export const Id = z.uuid().openapi({ example: "019abc12-3456-7def-8abc-1234567890ab" });
export const IdParams = z.object({ id: Id });
export const Timestamp = z.iso
  .datetime()
  .openapi({ description: "RFC 3339, UTC", example: "2026-11-23T09:30:00.000Z" });

/**
 * A time in a query, with any offset. Nothing here happened before 1970, and Postgres accepts neither a year 0 nor a year
 * of five digits in this notation.
 */
export const Moment = z.iso
  .datetime({ offset: true })
  .refine((text) => new Date(text).getTime() >= 0, "must be 1970 or later")
  .refine((text) => !(new Date(text).getTime() >= Date.UTC(10_000, 0)), "must be before the year 10000")
  .transform((text) => new Date(text).toISOString())
  .openapi({ type: "string", format: "date-time", example: "2026-11-23T09:30:00.000Z" });

/** `include`: optional parts of an answer, separated by commas. */
export function includes<const Parts extends readonly [string, ...string[]]>(...parts: Parts) {
  return z
    .string()
    .transform((list) => list.split(","))
    .pipe(z.array(z.enum(parts)))
    .optional()
    .openapi({ type: "array", items: { type: "string", enum: [...parts] }, param: { style: "form", explode: false } });
}

/** Refuses a PATCH that changes nothing. */
export function isNotEmpty(changes: object): boolean {
  return Object.keys(changes).length > 0;
}
