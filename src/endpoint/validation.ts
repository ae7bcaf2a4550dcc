import type { Hook } from "@hono/zod-openapi";
import type { z } from "zod";
import type { AppEnv } from "../context/types.ts";
import { ApiError, type FieldError } from "../errors.ts";

const maxErrors = 50;
const places: Record<string, string> = { json: "body", form: "body", param: "path" };

/** What zod-openapi calls after each validation: 422 with FastAPI's `loc`, `msg` and `type` when it failed. */
export const refuseInvalid: Hook<unknown, AppEnv, string, void> = (result) => {
  if (result.success) return;
  const place = places[result.target] ?? result.target;
  const errors = result.error.issues.flatMap((issue) => fieldErrors(place, issue)).slice(0, maxErrors);
  const [first] = errors;
  const options = first ? { detail: `${first.loc.join(".")}: ${first.msg}`, errors } : {};
  throw new ApiError("validation_failed", options);
};

function fieldErrors(place: string, issue: z.core.$ZodIssue): FieldError[] {
  const loc = [place, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ loc: [...loc, key], msg: "Field not allowed", type: "extra_forbidden" }));
  }
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined")) {
    return [{ loc, msg: "Field required", type: "missing" }];
  }
  const own = issue.code === "custom" ? issue.params?.type : undefined;
  return [{ loc, msg: issue.message, type: typeof own === "string" ? own : issue.code }];
}
