import type { Hook } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { z } from "zod";
import type { AppEnv } from "../context/types.ts";
import { ApiError, invalid, type RefusedValue } from "../errors.ts";
import { type FieldError, faultAt, fieldError } from "../schemas/field-errors.ts";
import { codeOfInvalid } from "./contract.ts";
import { toFieldErrors } from "./issues.ts";

const parts: Record<string, string> = { json: "body", form: "body", param: "path" };
const targets = [...Object.keys(parts), "query", "header", "cookie"];

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
  const isOfKind = code === "invalid_type" || code === "invalid_value";
  return isOfKind && name !== undefined && further.length === 0 && Array.isArray(Object(given)[name]);
}

/** True if `grant_type` is present but not one of the schema's. */
function isOtherGrant({ path: [field], code }: z.core.$ZodIssue): boolean {
  return field === "grant_type" && (code === "invalid_value" || code === "invalid_union");
}

/** Blames the field of the body that refers to a row which the caller cannot reach. */
export function blamingReference(error: ApiError, c: Context<AppEnv>): ApiError {
  const { code, place, cause } = error;
  const loc = place === undefined ? undefined : c.var.references?.locs()[place];
  return loc ? new ApiError(code, { errors: [fieldError(loc, "not_found")], cause }) : error;
}

/**
 * Blames the one value of the request that the database refused, as validation would have. Changes nothing where several
 * have the same value, or none: the statement may have computed it.
 */
export function blamingInput(error: ApiError, c: Context<AppEnv>): ApiError {
  const { refusedValue, cause } = error;
  if (!refusedValue || c.var.policy?.oauth) return error;
  const req = c.req as unknown as { valid(target: string): unknown };
  const errors = targets.flatMap((target) => faultsIn(req.valid(target), [parts[target] ?? target], refusedValue));
  if (errors.length !== 1 && errors[0]?.type !== "invalid_unicode") return error;
  return invalid("validation_failed", errors, cause);
}

/** Deeper values are not looked at: a body may nest beyond what a function can follow. */
const deepest = 20;

function faultsIn(value: unknown, loc: FieldError["loc"], refusedValue: RefusedValue): FieldError[] {
  if (typeof value === "object" && value !== null) {
    const isList = Array.isArray(value);
    return loc.length > deepest
      ? []
      : Object.entries(value).flatMap(([key, inner]) =>
          faultsIn(inner, [...loc, isList ? Number(key) : key], refusedValue),
        );
  }
  const fault = refusedValue(value);
  return fault ? [faultAt(loc, fault)] : [];
}
