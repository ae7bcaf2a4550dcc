import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { NewAuditEvent } from "../crud/audit-events.ts";
import type { Hold } from "../crud/guards.ts";
import type { PageRequest } from "../crud/keyset.ts";
import type { Tasks } from "../crud/tasks.ts";
import type { Versions } from "../crud/versions.ts";
import type { ConnectionSettings, Database } from "../db/client.ts";
import type { OrganizationTable, OwnedTable } from "../db/schema.ts";
import type { DatabaseSession, Terms } from "../db/session.ts";
import type { RoundTrips } from "../db/wire.ts";
import type { Tagged } from "../http/etag.ts";
import type { TraceContext } from "../http/trace.ts";
import type { Log } from "../log.ts";
import type { Transport } from "../mail/transports.ts";
import type { KeptAnswers } from "../platform/answers.ts";
import type { Texts } from "../platform/texts.ts";
import type { FieldError } from "../schemas/field-errors.ts";
import type { PageQuery } from "../schemas/pages.ts";
import type { Caller, Membership, SessionCaller, UserMembership } from "../security/caller.ts";
import type { Keys } from "../security/keys.ts";
import type { Passwords } from "../security/passwords.ts";
import type { SignatureFault } from "../security/webhooks.ts";
import type { Bindings, Settings, SettingsError } from "../settings.ts";
import type { Task } from "../task/task.ts";
import type { Places } from "./places.ts";
import type { Policy } from "./policy.ts";

/** The outside world, as the app sees it. A test or another runtime passes its own. */
export type Deps = {
  connect: (settings: Settings, trips: RoundTrips) => Database;
  /** Begins a transaction that can read, decide and write. */
  begin: (settings: ConnectionSettings, trips: RoundTrips, terms: Terms) => Promise<DatabaseSession>;
  /** The address of a request's client, as the platform tells it and no client can. */
  address: (request: Request) => string | undefined;
  /** Hashes passwords, with the help of the Worker's bindings. */
  hasher: (bindings: Bindings) => Passwords;
  /** The transport of these settings. Undefined leaves mail waiting. */
  transport: (settings: Settings) => Transport | undefined;
  now: () => Date;
  /** Keeps computed values for `cached`. */
  cache: (settings: Settings) => Texts;
  /** Keeps the answers of `cached` endpoints. */
  answers: KeptAnswers;
  log: Log;
  /** The platform's tracing, where it has one. */
  tracer?: Tracer;
  /** Every task that `run` may enqueue and this Worker runs. */
  tasks: readonly Task[];
  /** Has tasks run that were just enqueued, here or in the Worker that runs them. */
  wake: (bindings: Bindings, deps: Waking, enqueued: readonly Enqueued[]) => Promise<void>;
};

/** The part of a request that has tasks run. */
type Waking = Deps & { settings: Settings; trips: RoundTrips; facts: Facts };

export type Attributes = Record<string, string | number | boolean | undefined>;
/** The platform's tracing, whose spans nest by themselves. It records nothing of requests that are not sampled. */
export type Tracer = {
  /** Does some work in a span of this name. */
  within: <T>(name: string, attributes: Attributes, work: () => Promise<T>) => Promise<T>;
  /** Names and describes the span of the whole request. */
  describe: (name: string, attributes: Attributes) => void;
  /** The active span, for others to continue; undefined if it is not recorded. */
  context: () => TraceContext | undefined;
};

/** The origin of a request, as far as it is known and may be stored. */
export type Client = { network: string | null; userAgent: string | null };

/** Facts that stages and services add to the request's line in the log. */
export type Facts = {
  /** `hit`: the answer, or a value in it, was kept. */
  cache?: "hit" | "miss";
  /** The id of its trace, where somebody else knows it. */
  trace_id?: string;
  /** Milliseconds that passwords were hashed, the queue included. */
  hash_ms?: number;
  /** The tasks, among them mails, that follow the answer. */
  task_ids?: string[];
  /** The reason why the signature of a call was refused. */
  signature?: SignatureFault;
  /** The number of calls to other services, each attempt counted. */
  calls?: number;
};

/** Carried by every request on `c.var`. */
export type Variables = Deps & {
  requestId: string;
  /** The trace of the request, to be passed on: the caller's, the platform's, or one of its own. */
  trace: () => TraceContext;
  /** The address that the platform tells. Not to be stored: `client` has the part that may be. */
  clientAddress: string | undefined;
  client: Client;
  /** Events of accounts: those made for statements of this request, and those that the database has recorded. */
  audit: { made: NewAuditEvent[]; recorded: { kind: string; user_id: string | null }[] };
  /** Ids of the mails that this request wrote, to be sent after its answer. */
  outbox: string[];
  /** The tasks that this request enqueued, to be run after its answer. */
  enqueued: Enqueued[];
  trips: RoundTrips;
  facts: Facts;
  /** The places of all requests of this isolate. */
  places: Places;
  /** Lets work go on after the answer, and when the client has gone. */
  waitUntil: (work: Promise<unknown>) => void;
  configuration: Settings | SettingsError;
  /** The OpenAPI document of the app that answers, as JSON. */
  document: () => Tagged;
  /** The policy of the endpoint that matched, if one did. */
  policy?: Policy;
  settings: Settings;
  keys: Keys;
  db: Database;
  /** The condition that ends the transaction unless the caller may make this call. */
  guard?: () => SQL;
  /** True once a statement has taken the guard. */
  hasGuarded?: () => boolean;
  /** The API key by which the caller acts, if one does. */
  apiKeyId?: string;
  /** Makes the statements of an idempotent request take effect once. */
  once?: Once;
  /** The rows that the fields of a `refersTo` name. */
  references?: References | undefined;
  run: Run;
  /** The versions that the conditional headers of a versioned change name. */
  versions?: Versions | undefined;
  passwords: Passwords;
};

export type AppEnv = { Bindings: Bindings; Variables: Variables };
/** The context of an endpoint that answers without settings. */
export type BareEnv = {
  Bindings: Bindings;
  Variables: Omit<Variables, "settings" | "keys" | "db" | "run" | "passwords">;
};
/**
 * The context of an endpoint that is not public: the caller comes from the verified access token. The guard in `run`
 * decides if the caller is still allowed.
 */
export type UserEnv = { Bindings: Bindings; Variables: Variables & { user: SessionCaller } };
/** The context of an endpoint that admits keys too: the caller need not have a session. */
export type CallerEnv = { Bindings: Bindings; Variables: Variables & { user: Caller } };

/** The context of an endpoint with a caller of any kind: cursors and idempotency keys belong to them. */
export type IdentifiedEnv = {
  Bindings: Bindings;
  /** The user who calls, or the organization whose key does. */
  Variables: Variables & { callerId: string };
};

/** The context of an endpoint below an organization, for its members. */
export type MemberEnv = { Variables: { member: UserMembership } };
/** The context of one that admits keys of the organization too. */
export type ActingEnv = { Variables: { member: Membership } };

/** The context of a `paged` endpoint. */
export type PagedEnv = { Variables: { page: Page } };

/** The context of an endpoint that `evicts`. */
export type EvictingEnv = { Variables: { evictFor: EvictFor } };

/** The context of an endpoint whose body is an `upload`. */
export type UploadEnv = { Variables: { upload: Upload } };
/** A body that is still arriving. `size` is known if the client announced it. */
export type Upload = { type: string; size: number | undefined; stream: ReadableStream<Uint8Array> };

/** The context of an endpoint whose `upload` is `verified`. */
export type VerifiedEnv = { Variables: { upload: VerifiedUpload } };
/** A body of the announced size whose first bytes are those of its type. */
export type VerifiedUpload = Upload & {
  size: number;
  /** The SHA-256 in hex, once the stream was read to its end. */
  sha256: () => string;
};

/** The context of a `ranged` endpoint. */
export type FileEnv = { Variables: { file: SendFile } };
/** `sha256` is in hex. */
export type ServedFile = { name: string; type: string; size: number; sha256: string };
/**
 * Answers a file, or the part of it that the request asks for. `open` is called only if bytes are sent; undefined means
 * that there are none, and the answer is 404.
 */
export type SendFile = (
  file: ServedFile,
  open: (part: { offset: number; length: number }) => Promise<ReadableStream<Uint8Array> | undefined>,
) => Promise<Response>;

/** The context of a `signed` endpoint whose scheme names each event, by the same id whenever it is sent. */
export type WebhookEnv = { Variables: { webhook: { id: string } } };

/** The context of an endpoint with a `transaction`. */
export type TransactionEnv<Vars = Variables> = { Variables: { transaction: Transaction<Vars> } };

/**
 * Runs `work` in one transaction that can read, decide and write, behind the guard. `work` gets `c.var` with a `db` and a
 * `run` of the transaction, and runs once per attempt. It rolls back if it throws. Throws as {@link Run} does.
 */
export type Transaction<Vars = Variables> = <T>(work: (tx: Vars) => Promise<T>) => Promise<T>;

type Row = { id: string; sort_key: string };
/**
 * Makes the page that a query asks for, from the rows that `find` finds there: one more than `limit` if there is another
 * page, or `end` to begin it behind. All of the query but the content of a page tells the list from others.
 */
export type Page = <R extends Row>(
  query: PageQuery & Record<string, unknown>,
  find: (at: PageRequest) => Promise<R[] | { rows: R[]; end: Row | undefined }>,
) => Promise<{ items: R[]; next_cursor: string | null }>;

/**
 * Names the rows whose kept answers a success evicts: none, if nothing changes that anybody sees. A parameter that a row
 * lacks is taken from the path of the endpoint.
 */
export type EvictFor = (rows: readonly Readonly<Record<string, unknown>>[]) => void;

export type Statement = BatchItem<"pg">;
/** A task to be enqueued by `run`, in the transaction of its cause. Made by `later` of a task. */
export type Later = {
  task: string;
  /** Seconds. */
  delay: number;
  enqueue: (db: Database, requestId: string | null) => ReturnType<typeof Tasks.insert>;
};
/** A task as it was enqueued. `delay` is in seconds. */
export type Enqueued = { id: string; name: string; delay: number };

/** One of those that {@link Run} takes. */
export type RunItem = Statement | Later | Hold;
type Result<R extends RunItem> = R extends Statement
  ? R["_"]["result"]
  : R extends Hold
    ? unknown
    : ReturnType<Later["enqueue"]>["_"]["result"];
type Results<R extends readonly (RunItem | undefined)[]> = {
  -readonly [I in keyof R]: R[I] extends RunItem ? Result<R[I]> : Result<NonNullable<R[I]>> | undefined;
};

/** A table whose rows a user or an organization owns. */
export type ReferredTable = OwnedTable | OrganizationTable;
/** Tables by the fields of a body that name their rows: `customer_id`, `tag_ids.*`, `lines.*.product_id`. */
export type RefersTo = Readonly<Record<string, ReferredTable>>;
/** The places of the ids in a body, in their order, and the statements that require their rows. */
export type References = { locs: () => FieldError["loc"][]; required: (db: Database) => Statement[] };

/** Runs these statements once: adds its own to their transaction, or answers the results of an earlier run instead. */
export type Once = (
  statements: readonly Statement[],
  transact: (statements: readonly Statement[]) => Promise<unknown[]>,
) => Promise<unknown[]>;

/**
 * Runs all defined statements and enqueues tasks, in one round trip and one transaction, behind the guard if there is a
 * caller, which it asks again behind each {@link Hold}; `run()` asks the guard alone. Throws `invalid_token`, `forbidden`,
 * a conflict by constraint name, `database_unavailable`.
 */
export type Run = {
  <R extends RunItem>(one: R): Promise<Result<R>>;
  <const R extends readonly (RunItem | undefined)[]>(...all: R): Promise<Results<R>>;
};
