import type { BatchItem } from "drizzle-orm/batch";
import type { Caller } from "../crud/guards.ts";
import type { Versions } from "../crud/versions.ts";
import type { Database } from "../db/client.ts";
import type { RoundTrips } from "../db/wire.ts";
import type { Log } from "../log.ts";
import type { Transport } from "../mail/transports.ts";
import type { Keys } from "../security/keys.ts";
import type { Passwords } from "../security/passwords.ts";
import type { Bindings, Settings, SettingsError } from "../settings.ts";
import type { Policy } from "./policy.ts";

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
  /** Of a versioned change: the versions that its conditional headers name. */
  versions?: Versions | undefined;
  passwords: Passwords;
};

export type AppEnv = { Bindings: Bindings; Variables: Variables };
/** Where an endpoint answers without settings. */
export type BareEnv = {
  Bindings: Bindings;
  Variables: Omit<Variables, "settings" | "keys" | "db" | "run" | "passwords">;
};
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
