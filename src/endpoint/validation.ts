import type { Hook } from "@hono/zod-openapi";
import type { z } from "zod";
import type { AppEnv } from "../context/types.ts";
import { ApiError, invalid } from "../errors.ts";
import { fieldError } from "../schemas/field-errors.ts";
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
  const isOnce = oncePerName.has(result.target);
  const errors = result.error.issues.flatMap((issue) =>
    isOnce && isRepeated(issue, given)
      ? [fieldError([part, String(issue.path[0])], "duplicate")]
      : toFieldErrors(issue, [part], given),
  );
  throw invalid(codeOfInvalid({ oauth }), errors);
};

/** The parts of a request whose values are texts by name, and a list only where one name comes again. */
const oncePerName: ReadonlySet<string> = new Set(["query", "form", "header", "cookie"]);

/** True if a value that is no list was sent more than once. */
function isRepeated({ code, path }: z.core.$ZodIssue, given: unknown): boolean {
  const [name, ...further] = path;
  const isOfKind = code === "invalid_type" || code === "invalid_value" || code === "invalid_union";
  return isOfKind && name !== undefined && further.length === 0 && Array.isArray(Object(given)[name]);
}

/** True if `grant_type` is present but not one of the schema's. */
function isOtherGrant({ path: [field], code }: z.core.$ZodIssue): boolean {
  return field === "grant_type" && (code === "invalid_value" || code === "invalid_union");
}
