import { z } from "@hono/zod-openapi";
import { wholeNumber } from "./parameters.ts";

const pageSize = { default: 20, max: 100 };

/** The query parameters of every list. */
export const PageQuery = z.object({
  limit: wholeNumber({ min: 1, max: pageSize.max }).default(pageSize.default).openapi({ default: pageSize.default }),
  // The longest sort key, a title of 200 code points, makes a cursor of 1,159 characters.
  cursor: z.string().min(1).max(1_200).optional().openapi({ description: "`next_cursor` of the previous page" }),
});

export type PageQuery = z.output<typeof PageQuery>;

/** `sort` of a list: each of these ascending, or descending with a `-` prefix. */
export function sortBy<const Keys extends readonly [string, ...string[]]>(...keys: Keys) {
  type Key = Keys[number];
  // TypeScript loses the types of pairs made at run time.
  return z.enum(keys.flatMap((key) => [key, `-${key}`]) as [Key | `-${Key}`, ...(Key | `-${Key}`)[]]);
}

/** One page of a list; `next_cursor` is null on the last. */
export function pageOf<S extends z.ZodType>(schema: S) {
  return z.object({
    items: z.array(schema),
    next_cursor: z.string().nullable().openapi({ description: "Pass it as `cursor` for the next page" }),
  });
}

/** A page of a list with `include=total`. */
export function countedPageOf<S extends z.ZodType>(schema: S) {
  return pageOf(schema).extend({
    total: z.int().optional().openapi({ description: "The number of matches; present with `include=total`" }),
  });
}
