import { z } from "@hono/zod-openapi";
import decompress from "@zxcvbn-ts/dictionary-compression/decompress";
import { hasNoTwin } from "../security/passwords.ts";
import { packed } from "./common-passwords.js";
import { rule } from "./field-errors.ts";
import { codePoints, storable } from "./text.ts";

/** Unpacked when the first password is set: most isolates never need these milliseconds and this megabyte. */
let common: Set<string> | undefined;

/**
 * A new password, taken exactly as sent: no trimming, no change of case, no truncation. Refused if it is one of the 10,000
 * most common, in any letter case. The list is exact, so that no other password is ever refused.
 */
export const NewPassword = z
  .string()
  .check(
    storable,
    rule(hasNoTwin, "ambiguous_password"),
    ...codePoints({ min: 8, max: 256 }),
    rule((value) => !isCommon(value), "common_password"),
  )
  .openapi({
    format: "password",
    minLength: 8,
    maxLength: 256,
    description: "Taken exactly as sent, without NUL. The most common passwords are refused.",
    example: "correct horse battery",
  });

function isCommon(password: string): boolean {
  common ??= new Set(decompress(packed));
  return common.has(password.toLowerCase());
}
