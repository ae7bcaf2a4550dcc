import { createHash, randomBytes } from "node:crypto";
import { eq, inArray, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { inject } from "vitest";
import { runner } from "../src/context/run.ts";
import type { Deps, Enqueued, Later } from "../src/context/types.ts";
import { Throttles } from "../src/crud/throttles.ts";
import { Users, type UserValues } from "../src/crud/users.ts";
import { connect } from "../src/db/client.ts";
import { comparingPrepared } from "../src/db/drizzle.ts";
import { apiKeys, sessions, tasks, users } from "../src/db/schema.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import type { LogEntry } from "../src/log.ts";
import type { Mail } from "../src/mail/transports.ts";
import { permissions as allPermissions, type Permission } from "../src/permissions.ts";
import { endpoints as all } from "../src/routes/index.ts";
import { newApiKey } from "../src/security/api-keys.ts";
import type { SessionCaller } from "../src/security/caller.ts";
import { keyedHash } from "../src/security/keyed-hash.ts";
import { keysFor } from "../src/security/keys.ts";
import { dummyHash, hashInPlace, type Passwords } from "../src/security/passwords.ts";
import { signAccessToken } from "../src/security/tokens.ts";
import { type Bindings, type Settings, settingsFrom, tokenPolicy } from "../src/settings.ts";
import { runTasks } from "../src/task/run.ts";
import type { Task } from "../src/task/task.ts";
import { allTasks } from "../src/tasks/index.ts";
import { mailTask } from "../src/values.ts";
import { endpointAt, holdAgainstContract } from "./contracts.ts";
import { holdLines, holdTaskRuns } from "./lines.ts";
import { holdOutside } from "./outside.ts";
import { holdReach } from "./reach.ts";
import { answerOf, appUnderTest, bindings, deps as production } from "./runtime/worker.ts";
import { missingSignature } from "./signed.ts";

/** True in `npm run test:long`, where a test that tries many cases tries them all. */
export const isThorough = import.meta.env.MODE === "thorough";

export { bindings };
/** The cache of the answers of `cached` endpoints. */
export const { answers } = production;
/** The dependencies of the app on this runtime. */
export const deps = comparing(production);
export const settings = parsed(bindings);
/** The database, to look into it past the API: as the owner of the tables, while the Worker has a role of its own. */
export const db = comparingPrepared(connect({ ...settings, NEON_FETCH_ENDPOINT: inject("ownerEndpoint") }));

type Init = {
  token?: string;
  json?: unknown;
  form?: Record<string, string>;
  body?: BodyInit;
  headers?: Record<string, string>;
};
export type Answer = {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the wire holds; every body was checked against its contract
  body: any;
  text: string;
  roundTrips: number;
  triedAgain: number;
};

/** These dependencies, with databases that compare each prepared query. */
function comparing(given: Deps): Deps {
  return {
    ...given,
    connect: (...from) => comparingPrepared(given.connect(...from)),
    begin: async (...from) => {
      const session = await given.begin(...from);
      comparingPrepared(session.db);
      return session;
    },
  };
}

/** Hashes as in production, in the Durable Objects: for tests that are about hashing. */
export const realHashing: Partial<Deps> = { hasher: production.hasher };

/** An app under test, spoken to over HTTP; every answer is held against the contract of its endpoint. */
export function serve({
  endpoints = all,
  deps = {},
  bindings: own = bindings,
  mayFail = false,
}: {
  endpoints?: readonly Endpoint[];
  deps?: Partial<Deps>;
  bindings?: Bindings;
  /** True if the test is about faults: otherwise a 5xx that its contract does not list fails it. */
  mayFail?: boolean;
} = {}) {
  const logs: LogEntry[] = [];
  const quick = { hasher: () => quickPasswords, log: (entry: LogEntry) => void logs.push(entry) };
  const allDeps = comparing({ ...production, ...quick, ...deps });
  const since = new Date().toISOString();
  const app = appUnderTest(endpoints, allDeps);

  const fetch = (request: Request) => answerOf(app, request, own);

  async function call(method: string, path: string, init: Init = {}): Promise<Answer> {
    const url = new URL(
      /^\/($|\?|(health|version|api|\.well-known)(?![\w-]))/.test(path) ? path : `/api/v1${path}`,
      "https://api.example.com",
    );
    const headers = new Headers(init.headers);
    if (init.token !== undefined) headers.set("Authorization", `Bearer ${init.token}`);
    let body = init.body ?? null;
    if (init.json !== undefined) {
      headers.set("Content-Type", "application/json");
      body = JSON.stringify(init.json);
    }
    if (init.form) body = new URLSearchParams(init.form);
    const size = body instanceof Blob ? body.size : body instanceof Uint8Array ? body.byteLength : undefined;
    // A client announces the size of what it holds; the constructor of a request does not.
    if (size !== undefined && !headers.has("Content-Length")) headers.set("Content-Length", String(size));
    const endpoint = endpointAt(endpoints, method, url.pathname);
    const signature = endpoint ? await missingSignature(endpoint, { headers, body, bindings: own }) : {};
    for (const [name, value] of Object.entries(signature)) headers.set(name, value);
    const earlier = logs.length;
    const response = await fetch(new Request(url, { method, headers, body }));
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get("Content-Type") ?? "");
    const timing = response.headers.get("Server-Timing") ?? "";
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : undefined,
      text,
      roundTrips: Number(/round trips: (\d+)/.exec(timing)?.[1] ?? Number.NaN),
      triedAgain: Number(/tried again: (\d+)/.exec(timing)?.[1] ?? 0),
    };
    holdAgainstContract({ endpoints, method, pathname: url.pathname, answer, mayFail, logs });
    holdLines(logs.slice(earlier), init);
    if (!mayFail) holdTaskRuns(logs.slice(earlier));
    holdOutside();
    holdReach();
    return answer;
  }

  /**
   * Runs the tasks that wait, even for a later time, and those that they enqueue, until each has ended. Answers how. Leaves
   * the mails of other tests alone.
   */
  async function runAll(): Promise<Ended[]> {
    const worker = { settings: parsed(own), transport: allDeps.transport };
    const names = JSON.stringify(allDeps.tasks.flatMap(({ name, canRun }) => (canRun(worker) ? name : [])));
    const all = new Set<string>();
    for (;;) {
      const { rows } = await db.execute<{ id: string }>(sql`
        update tasks set run_at = now() where state = 'waiting' and key is distinct from 'every'
          and name in (select jsonb_array_elements_text(${names}::jsonb))
          and (name <> ${mailTask} or created_at >= ${since}) returning id`);
      if (rows.length === 0) return ended([...all]);
      const ids = rows.map(({ id }) => id);
      for (const id of ids) all.add(id);
      if (!(await runTasks(own, allDeps, { ids }))) throw new Error("The tasks could not be run: see the logs");
      holdOutside();
      holdReach();
    }
  }

  /** The calls of a user, with their token; `json` is the body. */
  function as({ token }: { token: string }) {
    return {
      get: (path: string, init?: Init) => call("GET", path, { token, ...init }),
      post: (path: string, json?: unknown, init?: Init) => call("POST", path, { token, json, ...init }),
      patch: (path: string, json?: unknown, init?: Init) => call("PATCH", path, { token, json, ...init }),
      put: (path: string, json?: unknown, init?: Init) => call("PUT", path, { token, json, ...init }),
      delete: (path: string, init?: Init) => call("DELETE", path, { token, ...init }),
    };
  }

  return {
    logs,
    fetch,
    call,
    as,
    tasks: runAll,
    get: (path: string, init?: Init) => call("GET", path, init),
    post: (path: string, init?: Init) => call("POST", path, init),
    patch: (path: string, init?: Init) => call("PATCH", path, init),
    put: (path: string, init?: Init) => call("PUT", path, init),
    delete: (path: string, init?: Init) => call("DELETE", path, init),
  };
}

/** A task that ran, for a test. */
type Ended = Pick<typeof tasks.$inferSelect, "id" | "name" | "state" | "error">;

function ended(ids: string[]): Promise<Ended[]> {
  const { id, name, state, error } = tasks;
  return db.select({ id, name, state, error }).from(tasks).where(inArray(id, ids)).orderBy(id);
}

/** Enqueues tasks as a request would do; answers their ids. `tasks` of an app runs them. */
export async function enqueue(...later: Later[]): Promise<string[]> {
  const enqueued: Enqueued[] = [];
  await runner(deps.connect(settings, { count: 0, milliseconds: 0 }), {
    tasks: allTasks,
    enqueued,
    requestId: null,
  })(...later);
  return enqueued.map(({ id }) => id);
}

/**
 * Runs a task by itself, outside of the engine, in these steps; answers the number that it would log. It may go on after
 * so many steps.
 */
export async function perform(task: Task, { steps = 1_000, bindings: own = bindings, ...deps }: Performing = {}) {
  const settings = parsed(own);
  const { connect } = comparing({ ...production, ...deps });
  const db = connect(settings, { count: 0, milliseconds: 0 });
  const run = runner(db, { tasks: [task] });
  const context = {
    ...production,
    log: () => undefined,
    bindings: own,
    settings,
    keys: await keysFor(settings),
    outbox: [],
  };
  const { signal } = new AbortController();
  const about = {
    signal,
    attempt: 1,
    idempotencyKey: uuidv7(),
    requestId: undefined,
    mayGoOn: () => --steps > 0,
    mayRepeat: () => true,
  };
  return Number(await task.perform({ ...context, db, run, step: run, ...about, ...deps }, {}));
}
type Performing = { steps?: number; bindings?: Bindings } & Partial<Deps>;

/** Hashes at once, in the form of a real hash, as most tests are not about hashing. Verifies real hashes too. */
export const quickPasswords: Passwords = {
  hash: async (_account, password, replacing) => quickHash(password, replacing),
  async verify(account, password, phc) {
    if (phc === dummyHash) return false;
    return phc.includes(quickMark)
      ? phc.endsWith(quickHash(password).slice(-43))
      : hashInPlace.verify(account, password, phc);
  },
};
const quickMark = "$quick";

/** The hash of {@link quickPasswords}, for the row of a user who signs in. */
export function quickHash(password: string, replacing?: string): string {
  const seed = replacing === undefined ? randomBytes(16) : createHash("sha256").update(replacing).digest();
  const salt = seed.toString("base64").slice(0, 17);
  const hash = createHash("sha256").update(password).digest("base64").slice(0, 43);
  return `${dummyHash.slice(0, -67)}${quickMark}${salt}$${hash}`;
}

/** An app whose mails go nowhere but into `sent`. */
export function serveWithMailbox(options: Parameters<typeof serve>[0] = {}) {
  const sent: Mail[] = [];
  const transport = () => async (mail: Mail) => void sent.push(mail);
  const app = serve({ ...options, deps: { transport, ...options.deps } });
  /** The token in the newest mail to this address that has one. */
  const tokenFor = (address: string): string => {
    const tokens = sent.flatMap(({ to, text }) => (to === address ? (/\?token=([\w-]+)/.exec(text)?.[1] ?? []) : []));
    return tokens.at(-1) ?? "";
  };
  return { ...app, sent, tokenFor };
}

/** The app as it is, for tests that need nothing special. */
export const api = serve();

/** A name that no other test has. */
export function unique(prefix = "u"): string {
  return `${prefix}-${uuidv7().slice(-12)}`;
}

/**
 * A user who is in the database already, with a token and calls of their own: `ada.post("/items", { title })`. Nobody's
 * password was hashed for it. One with `deleted_at` has deleted themselves.
 */
export async function aUser(values: Partial<UserValues> = {}) {
  const username = unique();
  const id = uuidv7();
  const row: UserValues = {
    id,
    deleted_by: values.deleted_at ? id : null,
    username,
    email: `${username}@example.com`,
    password_hash: dummyHash,
    ...values,
  };
  const [user] = await Users.insert(db, row);
  if (!user) throw new Error("the user was not inserted");
  const caller = { id: user.id, sessionId: uuidv7() };
  const expires_at = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
  await db.insert(sessions).values({ id: caller.sessionId, user_id: user.id, token_hash: "", expires_at });
  const token = await tokenFor(caller);
  return { ...user, sessionId: caller.sessionId, token, ...api.as({ token }) };
}

/**
 * A key that is in the database already, of a user or an organization, with calls of its own. It may do everything, unless
 * its values say less.
 */
export async function aKey(
  owner: { user_id: string } | { organization_id: string; made_by: string },
  values: Partial<typeof apiKeys.$inferInsert> & { permissions?: Permission[] } = {},
) {
  const id = uuidv7();
  const [ownerId, made_by] =
    "user_id" in owner ? [owner.user_id, owner.user_id] : [owner.organization_id, owner.made_by];
  const issuer = { environment: settings.ENVIRONMENT, keys: (await keysFor(settings)).apiKey };
  const { text, secretHash } = await newApiKey(issuer, { id, ownerId });
  const row = { id, name: unique("key"), permissions: [...allPermissions], networks: [], secret_hash: secretHash };
  await db.insert(apiKeys).values({ ...row, made_by, ...owner, ...values });
  return { id, token: text, ...api.as({ token: text }) };
}

/** Deletes this user as they do it themselves, whatever their password was. */
export async function deleteOwn(user: { id: string; token: string }, headers: Record<string, string> = {}) {
  const current_password = unique("password");
  const password_hash = quickHash(current_password);
  await db.update(users).set({ password_hash }).where(eq(users.id, user.id));
  const api = serve();
  return api.post("/users/me/deletion", { token: user.token, json: { current_password }, headers });
}

/**
 * The headers of as many clients as a race has, each in a network that this user has signed in from before: each has a
 * budget of attempts of its own.
 */
export async function clientsOf(userId: string, count: number): Promise<{ "CF-Connecting-IP": string }[]> {
  const addresses = Array.from({ length: count }, (_, i) => `192.0.2.${i}`);
  const {
    throttle: [throttle],
  } = await keysFor(settings);
  const hashes = await Promise.all(addresses.map((address) => keyedHash(throttle, `network ${address}`)));
  const [first, ...others] = hashes.map((hash) => Throttles.welcome(db, userId, hash));
  if (first) await db.batch([first, ...others]);
  return addresses.map((address) => ({ "CF-Connecting-IP": address }));
}

/** A token for this user, as signing in would issue it at `now`. */
export async function tokenFor(user: SessionCaller, now = new Date()): Promise<string> {
  const keys = await keysFor(settings);
  return signAccessToken(keys.token, user, tokenPolicy(settings), now);
}

export function parsed(own: Bindings): Settings {
  const result = settingsFrom(own);
  if (result instanceof Error) throw result;
  return result;
}
