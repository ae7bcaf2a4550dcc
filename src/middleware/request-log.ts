import type { MiddlewareHandler } from "hono";
import type { AppEnv, Variables } from "../context/types.ts";
import { ApiError, explain } from "../errors.ts";
import type { LogEntry } from "../log.ts";
import type { Caller, SessionCaller } from "../security/caller.ts";
import { SettingsError } from "../settings.ts";

/** Every field of the line of a request, beside its `request_id`: the type of the line admits no other. */
export const requestFields = [
  ...(["level", "message", "method", "route", "operation_id", "status", "duration_ms", "code", "cause"] as const),
  ...(["user_id", "session_id", "api_key_id", "events", "task_ids", "rate_class", "cache", "hash_ms"] as const),
  ...(["db_round_trips", "db_ms", "db_tried_again", "version", "environment", "colo", "trace_id"] as const),
  ...(["signature", "calls", "sampling_rate"] as const),
] as const;

type RequestLine = {
  [Field in (typeof requestFields)[number]]: Field extends keyof LogEntry ? LogEntry[Field] : unknown;
};

/** The context of any request, whoever makes it. */
type AnyEnv = AppEnv & { Variables: Variables & { user?: Caller & Partial<SessionCaller> } };

/** Milliseconds from which on a request is slow. */
const slow = 1_000;

/**
 * Logs one line for each request. Of ordinary requests it logs the share that `LOG_SAMPLING_RATE` sets, and none of a
 * `quiet` endpoint. Requests that found no place are counted in one line a second. The route is a pattern, as a path can
 * hold personal data.
 */
export const requestLog: MiddlewareHandler<AnyEnv> = async (c, next) => {
  const started = Date.now();
  // The edge cache replaces the request by one that lacks `cf`, where the data center's name is.
  const { raw } = c.req;
  await next();
  const { log, policy, user, apiKeyId, hasGuarded, trips, facts, audit, places, configuration, tracer } = c.var;
  if (c.error instanceof ApiError && c.error.code === "overloaded") {
    const refused = places.refusalsToTell();
    if (refused !== undefined) log({ level: "warn", message: "overloaded", refused });
    return;
  }
  const { status } = c.res;
  const { code, cause } = c.error ? explain(c.error) : {};
  const level = status >= 500 ? "error" : cause ? "warn" : "info";
  const duration_ms = Date.now() - started;
  const settings = configuration instanceof SettingsError ? undefined : configuration;
  const events = audit.recorded.length > 0 ? audit.recorded : undefined;
  // Refusals of strangers count as ordinary, or anybody could fill the log. Those of known callers are always logged.
  const isRefused = status >= 400 && (user ?? apiKeyId) !== undefined;
  tracer?.describe(`${c.req.method} ${policy?.path ?? "no such path"}`, {
    "http.response.status_code": status,
    "plinth.request_id": c.var.requestId,
    "plinth.code": code,
  });
  // A key alone does not tell if its owner is a user or an organization. Only a guard that admits it does.
  const isSure = hasGuarded?.() && ![401, 403, 404].includes(status);
  const isOrdinary = level === "info" && duration_ms < slow && !events && !isRefused;
  if (isOrdinary && status < 400 && policy?.quiet) return;
  const rate = isOrdinary ? settings?.LOG_SAMPLING_RATE : undefined;
  if (rate !== undefined && rate < 1 && Math.random() >= rate) return;
  const line: RequestLine = {
    level,
    message: "request",
    method: c.req.method,
    route: policy?.path,
    operation_id: policy?.operationId,
    status,
    duration_ms,
    db_round_trips: trips.count,
    db_ms: trips.milliseconds,
    db_tried_again: trips.again,
    user_id: apiKeyId && !isSure ? undefined : user?.id,
    session_id: user?.sessionId,
    api_key_id: apiKeyId,
    rate_class: policy?.rate,
    cache: facts.cache,
    hash_ms: facts.hash_ms,
    events,
    task_ids: facts.task_ids,
    signature: facts.signature,
    calls: facts.calls,
    version: settings?.CF_VERSION_METADATA?.id || undefined,
    environment: settings?.ENVIRONMENT,
    colo: raw.cf?.colo,
    trace_id: facts.trace_id,
    sampling_rate: rate === 1 ? undefined : rate,
    code,
    cause,
  };
  log(line);
};
