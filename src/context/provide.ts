import type { Context, MiddlewareHandler } from "hono";
import { ApiError } from "../errors.ts";
import { networkOf } from "../http/network.ts";
import { traceparentOf } from "../http/outbound.ts";
import { logWith } from "../log.ts";
import { type Keys, keysFor } from "../security/keys.ts";
import type { Passwords } from "../security/passwords.ts";
import { type Settings, SettingsError } from "../settings.ts";
import { configurationOf } from "./bindings.ts";
import type { Places } from "./places.ts";
import { runner } from "./run.ts";
import type { AppEnv, Client, Deps, Facts, Variables } from "./types.ts";

/** Runs first: gives the request the app's dependencies and reads the settings, which may be wrong. */
export function carry(deps: Deps, places: Places, document: (settings: Settings) => string): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const requestId = c.get("requestId");
    hold(c, {
      ...deps,
      log: logWith({ request_id: requestId }, deps.log),
      requestId,
      traceparent: traceparentOf(c.req.raw.headers),
      client: clientOf(c.req.raw.headers),
      audit: { made: [], recorded: [] },
      outbox: [],
      enqueued: [],
      places,
      trips: { count: 0, milliseconds: 0 },
      facts: {},
      waitUntil: (work) => c.executionCtx.waitUntil(work),
      configuration: configurationOf(c.env),
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

/** Trusts `CF-Connecting-IP` only, because the platform sets it. An IPv6 customer has a whole /64. */
function clientOf(headers: Headers): Client {
  const address = headers.get("CF-Connecting-IP") ?? "unknown";
  const userAgent = headers.get("User-Agent")?.slice(0, 400).toWellFormed() ?? null;
  return { network: networkOf(address), userAgent };
}

/** Gives an endpoint what its handler needs on `c.var`, or answers 503 `misconfigured`. */
export const provide: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { configuration, connect, trips, facts, hasher } = c.var;
  if (configuration instanceof SettingsError) throw new ApiError("misconfigured", { cause: configuration });
  c.set("settings", configuration);
  const keys = await importedKeys(configuration);
  if (keys instanceof SettingsError) throw new ApiError("misconfigured", { cause: keys });
  c.set("keys", keys);
  // RFC 9110, section 9.2.1: a safe request changes nothing, however often it is sent.
  trips.mayRepeat = c.req.method === "GET" || c.req.method === "HEAD";
  const db = connect(configuration, trips);
  c.set("db", db);
  c.set("run", runner(db, c.var));
  c.set("passwords", timed(hasher(c.env), facts));
  await next();
};

/** Adds up the time that hashing takes. */
function timed({ hash, verify }: Passwords, facts: Facts): Passwords {
  const clocked = async <T>(work: () => Promise<T>): Promise<T> => {
    const from = Date.now();
    return work().finally(() => {
      facts.hash_ms = (facts.hash_ms ?? 0) + Date.now() - from;
    });
  };
  return {
    hash: (...given) => clocked(() => hash(...given)),
    verify: (...given) => clocked(() => verify(...given)),
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
