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

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
/** That of HTML's e-mail fields within RFC 5321: 64 characters before the @, no dot at an end or beside another, a domain of two labels. */
const address = new RegExp(`^(?=[^@]{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+(?![0-9]+$)${label}$`);

/** An e-mail address. International domains come in their ASCII spelling, `xn--…`. */
export const Email = z.email({ pattern: address }).max(254).openapi({ example: "ada@example.com" });

function inCodePoints(value: string, min: number, max: number): boolean {
  // A code point takes one or two UTF-16 units, so most texts need no counting.
  if (value.length > 2 * max) return false;
  const length = [...value].length;
  return length >= min && length <= max;
}
