import type { Hook } from "@hono/zod-openapi";
import type { z } from "zod";
import type { AppEnv } from "../context/types.ts";
import { ApiError, invalid } from "../errors.ts";
import { codeOfInvalid } from "./contract.ts";
import { toFieldErrors } from "./issues.ts";

const parts: Record<string, string> = { json: "body", form: "body", param: "path" };

/** Answers failed validation with 422 and FastAPI's `loc`, `msg` and `type`, or with the 400 of OAuth2. */
export const refuseInvalid: Hook<unknown, AppEnv, string, void> = (result, c) => {
  if (result.success) return;
  const { oauth = false } = c.var.policy ?? {};
  if (oauth && result.error.issues.some(isOtherGrant)) throw new ApiError("unsupported_grant_type");
  const part = parts[result.target] ?? result.target;
  // The validator also passes its input, which its type omits.
  const given = "data" in result ? result.data : undefined;
  const errors = result.error.issues.flatMap((issue) => toFieldErrors(issue, [part], given));
  throw invalid(codeOfInvalid({ oauth }), errors);
};

/** True if `grant_type` is present but not one of the schema's. */
function isOtherGrant({ path: [field], code }: z.core.$ZodIssue): boolean {
  return field === "grant_type" && (code === "invalid_value" || code === "invalid_union");
}
