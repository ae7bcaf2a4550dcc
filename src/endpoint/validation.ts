import type { Hook } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import type { AppEnv } from "../context/types.ts";
import { ApiError, type ErrorCode, type FieldError } from "../errors.ts";
import { codeOfInvalid } from "./contract.ts";

const maxErrors = 50;
const places: Record<string, string> = { json: "body", form: "body", param: "path" };

/** What zod-openapi calls after each validation: 422 with FastAPI's `loc`, `msg` and `type` when it failed; 400 by OAuth2. */
export const refuseInvalid: Hook<unknown, AppEnv, string, void> = (result, c) => {
  if (result.success) return;
  const { oauth = false } = c.var.policy ?? {};
  if (oauth && result.error.issues.some(isOtherGrant)) throw new ApiError("unsupported_grant_type");
  const place = places[result.target] ?? result.target;
  const errors = result.error.issues.flatMap((issue) => fieldErrors(place, issue));
  throw invalid(codeOfInvalid({ oauth }), errors);
};

/** Whether this is about a `grant_type` that is none of the schema's. */
function isOtherGrant({ path: [field], code }: z.core.$ZodIssue): boolean {
  return field === "grant_type" && (code === "invalid_value" || code === "invalid_union");
}

function invalid(code: ErrorCode, all: FieldError[]): ApiError {
  const errors = all.slice(0, maxErrors);
  const [first] = errors;
  return new ApiError(code, first ? { detail: `${first.loc.join(".")}: ${first.msg}`, errors } : {});
}

/** 422 for a query parameter that an endpoint does not declare: a misspelt filter would show everything. */
export function refuseUnknownQuery(names: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const given = c.req.url.includes("?") ? new Set(new URL(c.req.url).searchParams.keys()) : [];
    const unknown = [...given].filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      throw invalid(
        "validation_failed",
        unknown.map((name) => extraForbidden(["query", name])),
      );
    }
    await next();
  };
}

function fieldErrors(place: string, issue: z.core.$ZodIssue): FieldError[] {
  const loc = [place, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => extraForbidden([...loc, key]));
  }
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) {
    return [{ loc, msg: "Field required", type: "missing" }];
  }
  const own = issue.code === "custom" ? issue.params?.type : undefined;
  return [{ loc, msg: issue.message, type: typeof own === "string" ? own : issue.code }];
}

function extraForbidden(loc: FieldError["loc"]): FieldError {
  return { loc, msg: "Field not allowed", type: "extra_forbidden" };
}
