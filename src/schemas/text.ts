import { z } from "@hono/zod-openapi";
import { rule } from "./field-errors.ts";

/**
 * Text that Postgres stores and returns verbatim: well-formed Unicode without NUL. Lengths count code points, as in
 * JSON Schema and Postgres. With a `min`, some of it can be seen.
 */
export function text({ min = 0, max }: { min?: number; max: number }) {
  const made = z.string().check(storable, ...codePoints({ min, max }));
  if (min === 0) return made.openapi({ minLength: min, maxLength: max });
  return made.check(visible).openapi({ minLength: min, maxLength: max, pattern: "\\S" });
}

/** Refuses white space alone, and characters that nobody sees: in a list, nobody could find or open such a name. */
const visible = rule(
  (value: string) => value === "" || /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(value),
  "blank",
);

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
/**
 * The pattern of HTML's e-mail fields within RFC 5321: 64 characters before the @, no leading, trailing or double dot,
 * a domain of at least two labels.
 */
const address = new RegExp(`^(?=[^@]{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+(?![0-9]+$)${label}$`);

/** An e-mail address. International domains are spelt in ASCII, `xn--…`. */
export const Email = z.email({ pattern: address }).max(254).openapi({ example: "ada@example.com" });

/** An absolute web address. A page may link to it: other schemes, such as `javascript:`, could run code there. */
export const Url = z
  .stringFormat("uri", (value) => /^https?:\/\/[^\s\p{Cc}\p{Cs}]+$/iu.test(value) && URL.canParse(value))
  .max(2_000)
  .openapi({ format: "uri", example: "https://example.com/page" });

export const wellFormed = rule((value: string) => value.isWellFormed(), "invalid_unicode");

export const storable = rule(isStorable, "invalid_unicode");

/** True for a text that PostgreSQL can hold. */
export function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes("\u0000");
}

/** Bounds the length in code points, the characters as people count them. */
export function codePoints({ min, max }: { min: number; max: number }) {
  return [
    rule((value: string) => value.length >= 2 * min || [...value].length >= min, "string_too_short", { min }),
    // Saves counting most texts: a code point takes one or two UTF-16 units.
    rule(
      (value: string) => value.length <= max || (value.length <= 2 * max && [...value].length <= max),
      "string_too_long",
      {
        max,
      },
    ),
  ] as const;
}

/** Refuses a list of texts in which one occurs twice. */
export const hasNoTwins = rule((list: string[]) => new Set(list).size === list.length, "duplicate");
