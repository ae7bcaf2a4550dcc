import type { Context, MiddlewareHandler } from "hono";
import { ApiError } from "../errors.ts";
import type { Tagged } from "../http/etag.ts";
import { networkOf } from "../http/network.ts";
import { newTrace, traceIdOf, traceIn } from "../http/trace.ts";
import { logWith } from "../log.ts";
import { type Keys, keysFor } from "../security/keys.ts";
import type { Passwords } from "../security/passwords.ts";
import { type Settings, SettingsError } from "../settings.ts";
import { configurationOf } from "./bindings.ts";
import type { Places } from "./places.ts";
import { reporting } from "./reporting.ts";
import { runner } from "./run.ts";
import type { AppEnv, Client, Deps, Facts, Tracer, Variables } from "./types.ts";

/** Gives the request the app's dependencies, once it has an id, and reads the settings, which may be wrong. */
export function carry(deps: Deps, places: Places, document: (settings: Settings) => Tagged): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const requestId = c.get("requestId");
    const given = traceIn(c.req.raw.headers);
    const facts: Facts = given ? { trace_id: traceIdOf(given) } : {};
    let trace = given;
    const configuration = configurationOf(c.env);
    const later = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
    const log =
      configuration instanceof SettingsError
        ? deps.log
        : reporting(deps.log, { settings: configuration, now: deps.now, later });
    const clientAddress = deps.address(c.req.raw);
    hold(c, {
      ...deps,
      log: logWith({ request_id: requestId }, log),
      requestId,
      // Made for the first call to others, as most requests make none.
      trace: () => {
        trace ??= deps.tracer?.context() ?? newTrace(requestId);
        facts.trace_id = traceIdOf(trace);
        return trace;
      },
      clientAddress,
      client: clientOf(clientAddress, c.req.raw.headers),
      audit: { made: [], recorded: [] },
      outbox: [],
      enqueued: [],
      places,
      trips: { count: 0, milliseconds: 0, within: deps.tracer?.within },
      facts,
      waitUntil: later,
      configuration,
      document: () => document(c.var.settings),
    });
    return next();
  };
}

/** Makes `c.var` one object for the whole request: Hono's own getter copies all variables at each reading. */
function hold(c: Context<AppEnv>, first: Partial<Variables>): void {
  const held: Record<string, unknown> = first;
  Object.defineProperty(c, "var", { value: held });
  Object.assign(c, {
    get: (name: string) => held[name],
    set: (name: string, value: unknown) => {
      held[name] = value;
    },
  });
}

/** Reads the origin of a request where it is asked for: few requests store it. An IPv6 customer has a whole /64. */
function clientOf(address: string | undefined, headers: Headers): Client {
  return {
    get network() {
      return address === undefined ? null : networkOf(address);
    },
    get userAgent() {
      return headers.get("User-Agent")?.slice(0, 400).toWellFormed() ?? null;
    },
  };
}

/** Gives an endpoint its settings, or answers 503 `misconfigured`. */
export const requireSettings: MiddlewareHandler<AppEnv> = (c, next) => {
  const { configuration } = c.var;
  if (configuration instanceof SettingsError) throw new ApiError("misconfigured", { cause: configuration });
  c.set("settings", configuration);
  return next();
};

/** Gives an endpoint what else its handler needs on `c.var`, or answers 503 `misconfigured`. */
export const provide: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { settings, connect, trips, facts, hasher, tracer } = c.var;
  const keys = await importedKeys(settings);
  if (keys instanceof SettingsError) throw new ApiError("misconfigured", { cause: keys });
  c.set("keys", keys);
  // RFC 9110, section 9.2.1: a safe request changes nothing, however often it is sent.
  trips.mayRepeat = c.req.method === "GET" || c.req.method === "HEAD";
  const db = connect(settings, trips);
  c.set("db", db);
  c.set("run", runner(db, c.var));
  c.set("passwords", timed(hasher(c.env), facts, tracer));
  await next();
};

/** Adds up the time that hashing takes, and traces it. */
function timed({ hash, verify }: Passwords, facts: Facts, tracer: Tracer | undefined): Passwords {
  const clocked = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const from = Date.now();
    const running = tracer ? tracer.within(`password ${name}`, {}, work) : work();
    return running.finally(() => {
      facts.hash_ms = (facts.hash_ms ?? 0) + Date.now() - from;
    });
  };
  return {
    hash: (...given) => clocked("hash", () => hash(...given)),
    verify: (...given) => clocked("verify", () => verify(...given)),
  };
}

/** Imports the keys of these settings, which is the only way to learn if all of them are usable. */
export async function importedKeys(settings: Settings): Promise<Keys | SettingsError> {
  try {
    return await keysFor(settings);
  } catch {
    // The runtime's own message may repeat key material.
    return new SettingsError(["SIGNING_KEYS holds a key that cannot be used"]);
  }
}
