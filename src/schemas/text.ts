import { z } from "@hono/zod-openapi";

/**
 * Text that Postgres stores and returns verbatim: well-formed Unicode without NUL. Lengths are in code points, as in
 * JSON Schema and in Postgres.
 */
export function text({ min = 0, max }: { min?: number; max: number }) {
  return z
    .string()
    .refine((value) => value.isWellFormed() && !value.includes("\u0000"), "must be well-formed Unicode without NUL")
    .refine((value) => inCodePoints(value, min, max), `must have ${min} to ${max} characters`)
    .openapi({ minLength: min, maxLength: max });
}

function inCodePoints(value: string, min: number, max: number): boolean {
  // A code point takes one or two UTF-16 units, so most texts need no counting.
  if (value.length > 2 * max) return false;
  const length = [...value].length;
  return length >= min && length <= max;
}
