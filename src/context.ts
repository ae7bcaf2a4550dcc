import type { BatchItem } from "drizzle-orm/batch";
import type { MiddlewareHandler } from "hono";
import type { Caller } from "./crud/guards.ts";
import type { Database, RoundTrips } from "./db/client.ts";
import { doneBefore, fromDatabase } from "./db/errors.ts";
import { ApiError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Transport } from "./mail/transports.ts";
import { networkOf } from "./network.ts";
import type { Policy } from "./policy.ts";
import { type Keys, keysFor } from "./security/keys.ts";
import type { Passwords } from "./security/passwords.ts";
import { type Bindings, type Settings, SettingsError, settingsFrom } from "./settings.ts";

/** What the app takes from the outside world; a test or another runtime passes its own. */
export type Deps = {
  connect: (settings: Settings, trips: RoundTrips) => Database;
  /** Where passwords are hashed, given the Worker's bindings. */
  hasher: (bindings: Bindings) => Passwords;
  /** How mail is sent under these settings; undefined where it stays in the outbox. */
  transport: (settings: Settings) => Transport | undefined;
  now: () => Date;
  log: Log;
};

/** Where a request comes from, as far as it can be known and may be kept. */
export type Client = { network: string; userAgent: string | null };

/** What every request carries on `c.var`. */
export type Variables = Deps & {
  requestId: string;
  client: Client;
  /** What happened to accounts in this request, for its line in the log. */
  events: { kind: string; user_id: string | null }[];
  /** Ids of the mails that this request has put into the outbox, to be sent when it is answered. */
  outbox: string[];
  trips: RoundTrips;
  configuration: Settings | SettingsError;
  /** The OpenAPI document of the app that answers, as JSON. */
  document: () => string;
  /** The endpoint that matched; absent for a path that none has. */
  policy?: Policy;
  settings: Settings;
  keys: Keys;
  db: Database;
  run: Run;
  passwords: Passwords;
};

export type AppEnv = { Bindings: Bindings; Variables: Variables };
/**
 * Where `access` is not `public`, a request also carries its caller, as the verified access token names them. Whether
 * they still may is decided by the guard, in `run`.
 */
export type UserEnv = { Bindings: Bindings; Variables: Variables & { user: Caller } };

export type Statement = BatchItem<"pg">;
type Result<S extends Statement> = S["_"]["result"];
type Results<S extends readonly Statement[]> = { -readonly [I in keyof S]: Result<S[I]> };

/**
 * Runs statements in one round trip and one transaction; where the endpoint has a caller, behind the guard that admits
 * them. Throws `ApiError`: `invalid_token`, `forbidden`, a conflict by constraint name, `database_unavailable`.
 */
export type Run = {
  <S extends Statement>(statement: S): Promise<Result<S>>;
  <const S extends readonly Statement[]>(...statements: S): Promise<Results<S>>;
};

/** First of all: gives the request the app's dependencies and reads the settings, which may turn out to be wrong. */
export function carry(deps: Deps, document: (settings: Settings) => string): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    c.set("connect", deps.connect);
    c.set("hasher", deps.hasher);
    c.set("transport", deps.transport);
    c.set("now", deps.now);
    c.set("log", deps.log);
    c.set("client", clientOf(c.req.raw.headers));
    c.set("events", []);
    c.set("outbox", []);
    c.set("trips", { count: 0, milliseconds: 0 });
    c.set("configuration", settingsFrom(c.env));
    c.set("document", () => document(c.var.settings));
    await next();
  };
}

/** Only `CF-Connecting-IP` is the platform's word; an IPv6 customer has a whole /64. */
function clientOf(headers: Headers): Client {
  const address = headers.get("CF-Connecting-IP") ?? "unknown";
  const userAgent = headers.get("User-Agent")?.slice(0, 400).toWellFormed() ?? null;
  return { network: networkOf(address), userAgent };
}

/** For each endpoint: what its handler finds on `c.var`, or 503 `misconfigured`. */
export const provide: MiddlewareHandler<AppEnv> = async (c, next) => {
  // Each reading of `c.var` copies all of it.
  const { configuration, connect, trips, hasher } = c.var;
  if (configuration instanceof SettingsError) throw new ApiError("misconfigured", { cause: configuration });
  c.set("settings", configuration);
  const keys = await importedKeys(configuration);
  if (keys instanceof SettingsError) throw new ApiError("misconfigured", { cause: keys });
  c.set("keys", keys);
  const db = connect(configuration, trips);
  c.set("db", db);
  c.set("run", runner(db));
  c.set("passwords", hasher(c.env));
  await next();
};

/** The keys of these settings, imported: only then is it known whether all of them can be used. */
export async function importedKeys(settings: Settings): Promise<Keys | SettingsError> {
  try {
    return await keysFor(settings);
  } catch {
    // What the runtime says of a key is not for a log.
    return new SettingsError(["SIGNING_KEYS holds a key that cannot be used"]);
  }
}

/** A {@link Run} that puts this statement before all others, in their transaction, and keeps its result to itself. */
export function behind(run: Run, first: Statement): Run {
  async function runBehind(...statements: readonly Statement[]): Promise<unknown> {
    const [, ...results] = await run(first, ...statements);
    return statements.length === 1 ? results[0] : results;
  }
  // As in `runner`.
  return runBehind as Run;
}

/** A {@link Run} on this database; `guard` makes the statement that goes first in every batch. */
export function runner(db: Database, guard?: () => Statement): Run {
  async function run(...statements: readonly Statement[]): Promise<unknown> {
    const [first, ...others] = guard ? [guard(), ...statements] : statements;
    if (!first) return [];
    try {
      const results: unknown[] = others.length > 0 || guard ? await db.batch([first, ...others]) : [await first];
      const own = guard ? results.slice(1) : results;
      return statements.length === 1 ? own[0] : own;
    } catch (error) {
      throw doneBefore(error) ?? fromDatabase(error);
    }
  }
  // The signature cannot be written on the implementation: one statement answers a result, several answer a tuple.
  return run as Run;
}
