import { z } from "@hono/zod-openapi";
import { rule } from "./field-errors.ts";

/** A whole number in a query. */
export function wholeNumber({ min, max }: { min: number; max: number }) {
  return z
    .string()
    .check(rule((text) => /^-?[0-9]{1,15}$/.test(text), "invalid_type", { expected: "integer" }))
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .openapi({ type: "integer", minimum: min, maximum: max });
}

/**
 * A number in a query, such as `9.99`, with at most 15 digits before the point and `places` behind it. Not in the form
 * `1e3`, which clients write for smaller and larger ones only.
 */
export function decimal({ min, max, places }: { min: number; max: number; places: 1 | 2 | 3 | 4 | 5 | 6 }) {
  return z
    .string()
    .check(
      rule((text) => /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/.test(text), "invalid_type", { expected: "number" }),
      // Counted in the text: a large number times a power of ten is not exact.
      rule((text) => placesIn(text) <= places, "not_multiple_of", { step: Number(`1e-${places}`) }),
    )
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .openapi({ type: "number", minimum: min, maximum: max, multipleOf: Number(`1e-${places}`) });
}

/** The digits behind the point, but for zeros at the end. */
function placesIn(text: string): number {
  const [, digits = ""] = /^-?[0-9]+\.([0-9]*?)0*$/.exec(text) ?? [];
  return digits.length;
}

/** `true` or `false` in a query. `z.coerce.boolean()` would take `false` for true. */
export const Flag = z
  .enum(["true", "false"])
  .transform((text) => text === "true")
  .openapi({ type: "boolean" });

const [earliest, latest] = ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"];

/**
 * A time that a client sends (RFC 3339), with any offset, from 1970 on. Postgres accepts neither a year 0 nor a year of five
 * digits in this notation.
 */
export const Moment = z
  .string()
  .transform((text) => text.toUpperCase())
  .pipe(
    z.iso.datetime({ offset: true }).check(
      rule((text) => !(Date.parse(text) < Date.parse(earliest)), "date_too_early", { min: earliest }),
      rule((text) => !(Date.parse(text) > Date.parse(latest)), "date_too_late", { max: latest }),
    ),
  )
  .transform((text) => new Date(text).toISOString())
  .openapi({ type: "string", format: "date-time", example: "2026-11-23T09:30:00.000Z" });

/** A list in a query: `?tag=a&tag=b`, as generated clients send it, or `?tag=a,b`. Elements hold no comma. */
export function listOf<Element extends z.ZodType<unknown, string>>(element: Element, max = 100) {
  const list = z
    .preprocess(
      (given) => [given].flat().flatMap((one) => (typeof one === "string" ? one.split(",") : one)),
      z.array(element).max(max),
    )
    .openapi({ param: { style: "form", explode: true } });
  // `preprocess` loses the type of its input.
  return list as unknown as z.ZodType<z.output<Element>[], ListInput<z.input<Element>>>;
}

type ListInput<Element extends string> = Element | Element[] | `${Element},${string}`;

/** `include`: optional parts of an answer. */
export function includes<const Names extends readonly [string, ...string[]]>(...names: Names) {
  return listOf(z.enum(names)).optional();
}
