import { z } from "@hono/zod-openapi";
import decompress from "@zxcvbn-ts/dictionary-compression/decompress";
import { hasNoTwin } from "../security/passwords.ts";
import { packed } from "./common-passwords.js";
import { rule } from "./field-errors.ts";
import { codePoints, storable } from "./text.ts";

/** Unpacked for the first new password: most isolates never need this megabyte. */
let common: Set<string> | undefined;

/**
 * A new password, exactly as sent: no trimming, folding or truncation. Refuses the 10,000 most common ones in any
 * letter case, by an exact list that refuses no others.
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
