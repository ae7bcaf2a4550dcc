import { NeonDbError } from "@neondatabase/serverless";
import { sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { TransactionTerms } from "../../src/context/policy.ts";
import { runner } from "../../src/context/run.ts";
import { transactor } from "../../src/context/transaction.ts";
import type { Deps, Statement, Tracer, Transaction, UserEnv } from "../../src/context/types.ts";
import { AuditEvents } from "../../src/crud/audit-events.ts";
import { mailBudget } from "../../src/crud/mails.ts";
import { Tasks } from "../../src/crud/tasks.ts";
import type { Database } from "../../src/db/client.ts";
import { auditEvents, sessions, throttles } from "../../src/db/schema.ts";
import { body, endpoint } from "../../src/endpoint/endpoint.ts";
import { ApiError, notFound } from "../../src/errors.ts";
import { usernameChanged } from "../../src/mail/notices.ts";
import { auditEvent } from "../../src/services/audit.ts";
import { mailTo } from "../../src/services/mail.ts";
import { type Task, task } from "../../src/task/task.ts";
import { aUser, bindings, db, deps, serve, serveWithMailbox, settings } from "../harness.ts";

const said = { summary: "Act", description: "Acts.", responses: { 204: { description: "Done" } } } as const;
const table = sql.raw(`purses_${crypto.randomUUID().replaceAll("-", "_")}`);
await db.execute(sql`create table ${table} (name text primary key, amount int not null check (amount >= 0))`);

type Tx = UserEnv["Variables"];
const amountOf = async (name: string) =>
  Number((await db.execute<{ amount: number }>(sql`select amount from ${table} where name = ${name}`)).rows[0]?.amount);
const purses = async (...amounts: number[]) => {
  const names = amounts.map(() => crypto.randomUUID());
  for (const [i, name] of names.entries()) await db.execute(sql`insert into ${table} values (${name}, ${amounts[i]})`);
  return names as [string, ...string[]];
};
/** An app with one endpoint that does this in a transaction, and a call of it by a new user. */
async function doing(
  work: (transaction: Transaction<Tx>, names: string[]) => Promise<unknown>,
  terms: true | TransactionTerms = true,
  own = bindings,
  tasks: Task[] = [],
  tracer?: Tracer,
) {
  const act = endpoint(
    {
      ...({ method: "post", path: "/act", operationId: "act", tags: ["users"], access: "user" } as const),
      summary: "Act",
      description: "Acts.",
      transaction: terms,
      roundTrips: 10,
      request: { body: body(z.array(z.string())) },
      responses: { 204: { description: "Done" } },
      errors: ["conflict", "quota_exceeded", "not_found"],
    },
    async (c) => {
      await work(c.var.transaction, c.req.valid("json"));
      return c.body(null, 204);
    },
  );
  const app = serve({ endpoints: [act], bindings: own, deps: { tasks, ...(tracer && { tracer }) }, mayFail: true });
  const user = await aUser();
  return { app, user, act: (...names: string[]) => app.as(user).post("/act", names) };
}

/** An endpoint that may record a change of the username in a transaction. */
const recording = (work: (tx: Tx) => Promise<unknown>, transaction: true | TransactionTerms = true) =>
  endpoint(
    {
      ...({ method: "post", path: "/act", operationId: "act", tags: ["users"], access: "user" } as const),
      summary: "Act",
      description: "Acts.",
      transaction,
      roundTrips: 20,
      changes: { "username.changed": "access_token" },
      responses: { 204: { description: "Done" } },
      errors: ["quota_exceeded", "conflict"],
    },
    async (c) => {
      await c.var.transaction(work);
      return c.body(null, 204);
    },
  );

/** The queries of purses, as a resource would have them. */
const Purses = {
  lock: (db: Database, ...names: string[]) =>
    db.execute<{ name: string; amount: number }>(
      sql`select name, amount from ${table} where name = any(${`{${names.join()}}`}::text[]) order by name for update`,
    ),
  add: (db: Database, name: string, amount: number) =>
    db.execute(sql`update ${table} set amount = amount + ${amount}::int where name = ${name}`),
};

const move = (transaction: Transaction<Tx>, [from = "", to = ""]: string[]) =>
  transaction(async ({ db, run }) => {
    const { rows } = await run(Purses.lock(db, from, to));
    const source = rows.find(({ name }) => name === from);
    if (!source || rows.length < 2) return notFound();
    if (source.amount < 10) throw new ApiError("conflict", { detail: "The purse holds too little." });
    await run(Purses.add(db, from, -10), Purses.add(db, to, 10));
  });

describe("promise 33: a transaction that branches", () => {
  it("reads, decides and writes, in the round trips that it declares", async () => {
    const { act } = await doing(move);
    const [from, to = ""] = await purses(15, 0);
    // Connects, begins, asks the guard, reads, writes twice, commits.
    expect(await act(from, to)).toMatchObject({ status: 204, roundTrips: 7 });
    // Ends before it writes. The rollback is the end of the connection, for which nobody waits.
    const refusal = { code: "conflict", detail: "The purse holds too little." };
    expect(await act(from, to)).toMatchObject({ status: 409, body: refusal, roundTrips: 4 });
    expect((await act(from, from)).status).toBe(404);
    expect([await amountOf(from), await amountOf(to)]).toStrictEqual([5, 10]);
  });

  it("is a span of each attempt, round those of its messages", async () => {
    const seen: string[] = [];
    const within: Tracer["within"] = async (name, attributes, work) => {
      const told = `${name} ${Object.values(attributes).join()}`;
      seen.push(`${told} begins`);
      return work().finally(() => seen.push(`${told} ends`));
    };
    const tracer: Tracer = { within, describe: () => {}, context: () => undefined };
    let attempts = 0;
    const twice = (transaction: Transaction<Tx>) =>
      transaction(async () => {
        attempts += 1;
        if (attempts === 1) throw Object.assign(new NeonDbError("lost to another"), { code: "40001" });
      });
    const { act } = await doing(twice, { retries: 1 }, bindings, [], tracer);
    expect((await act()).status).toBe(204);
    const message = (trip: number) => [`database ${trip} begins`, `database ${trip} ends`];
    // Each attempt connects, begins and asks the guard; the second one commits, too.
    expect(seen).toStrictEqual([
      ...["transaction 1 begins", ...[1, 2, 3].flatMap(message), "transaction 1 ends"],
      ...["transaction 2 begins", ...[4, 5, 6, 7].flatMap(message), "transaction 2 ends"],
    ]);
  });

  it("keeps its rule among fifty at once", async () => {
    const { act } = await doing(move);
    const [from, to = ""] = await purses(105, 0);
    const answers = await Promise.all(Array.from({ length: 50 }, () => act(from, to)));
    const outcomes = Object.groupBy(answers, ({ status, body }) => body?.code ?? status);
    expect(Object.entries(outcomes).map(([outcome, of]) => [outcome, of?.length])).toStrictEqual([
      ["204", 10],
      ["conflict", 40],
    ]);
    expect([await amountOf(from), await amountOf(to)]).toStrictEqual([5, 100]);
  });

  it("keeps it among fifty in both directions, and moves nothing to nowhere", async () => {
    const { act } = await doing(move);
    const [one, other = ""] = await purses(300, 300);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? act(one, other) : act(other, one))),
    );
    expect(answers.map(({ status }) => status)).toStrictEqual(Array(50).fill(204));
    expect((await act(one, crypto.randomUUID())).status).toBe(404);
    expect([await amountOf(one), await amountOf(other)]).toStrictEqual([300, 300]);
  });

  it.each([
    ["an error of the house", () => new ApiError("quota_exceeded"), "quota_exceeded"],
    ["any other", () => new TypeError("a mistake"), "internal"],
  ])("rolls back on %s", async (_, thrown, code) => {
    const { act } = await doing((transaction, [name = ""]) =>
      transaction(async (tx) => {
        await Purses.add(tx.db, name, 1);
        throw thrown();
      }),
    );
    const [name] = await purses(0);
    expect((await act(name)).body.code).toBe(code);
    expect(await amountOf(name)).toBe(0);
  });

  it("answers a broken constraint as elsewhere, and commits nothing after a failure that was caught", async () => {
    const broken = await doing((transaction, [name = ""]) => transaction((tx) => Purses.add(tx.db, name, -1)));
    const [name] = await purses(0);
    expect((await broken.act(name)).status).toBe(422);
    const caught = await doing((transaction, [name = ""]) =>
      transaction(async (tx) => {
        await Purses.add(tx.db, name, 1);
        await Purses.add(tx.db, name, -100).catch(() => {});
      }),
    );
    expect((await caught.act(name)).status).toBe(500);
    expect(await amountOf(name)).toBe(0);
  });

  it("tells a wrong statement from a missing migration", async () => {
    const { act } = await doing((transaction) => transaction(({ db }) => db.execute(sql`select wrong from ${table}`)));
    expect(await act()).toMatchObject({ status: 500, body: { code: "internal" } });
  });

  it("promise 2: asks the guard first, so that a caller who is gone does nothing", async () => {
    let ran = false;
    const { act, user } = await doing((transaction) =>
      transaction(async () => {
        ran = true;
      }),
    );
    await db.delete(sessions).where(sql`id = ${user.sessionId}`);
    expect(await act()).toMatchObject({ status: 401, body: { code: "invalid_token" } });
    expect(ran).toBe(false);
  });

  it("promise 27: does nothing for a caller whose word has no guard", async () => {
    const { policy } = endpoint(
      { ...{ method: "get", path: "/guarded", operationId: "guarded", tags: ["users"], access: "user" }, ...said },
      (c) => c.body(null, 204),
    );
    const connected = { db, settings, trips: { count: 0, milliseconds: 0 } };
    const vars = { ...connected, policy, audit: { made: [], recorded: [] }, outbox: [], enqueued: [] };
    // Of all that a request carries, this is what a transaction reads.
    const transaction = transactor(vars as unknown as Tx, {});
    await expect(transaction(async () => "done")).rejects.toThrow("There is no guard");
    expect(connected.trips.count).toBe(0);
  });

  it("ends at its deadline, on both sides, while another holds the row", async () => {
    const { act } = await doing(move, true, { ...bindings, DATABASE_TIMEOUT_MS: "1000" });
    const [from, to = ""] = await purses(10, 0);
    const holding = await doing(async (transaction) =>
      transaction(async (tx) => {
        await Purses.add(tx.db, from, 0);
        expect(await act(from, to)).toMatchObject({ status: 503, body: { code: "database_unavailable" } });
      }),
    );
    expect((await holding.act()).status).toBe(204);
    expect((await act(from, to)).status).toBe(204);
  });

  it.each([
    [{ isolation: "serializable", retries: 10 } as const, [204, 204, 204]],
    [{ isolation: "serializable" } as const, [204, 503, 503]],
  ])("with %j repeats what others made impossible, or says so", async (terms, statuses) => {
    let waiting = 0;
    let release = () => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { act } = await doing(
      (transaction, [name = ""]) =>
        transaction(async (tx) => {
          const seen = await tx.run(tx.db.execute(sql`select amount from ${table} where name = ${name}`));
          waiting += 1;
          if (waiting >= 3) release();
          await all;
          await tx.run(
            tx.db.execute(
              sql`update ${table} set amount = ${Number(seen.rows[0]?.amount) + 1}::int where name = ${name}`,
            ),
          );
        }),
      terms,
    );
    const [name] = await purses(0);
    const answers = await Promise.all([act(name), act(name), act(name)]);
    expect(answers.map(({ status }) => status).toSorted()).toStrictEqual(statuses);
    expect(await amountOf(name)).toBe(statuses.filter((status) => status === 204).length);
  });

  it("is 503 where no connection is to be had, with the cause in the log", async () => {
    const { act, app } = await doing(move, true, { ...bindings, NEON_FETCH_ENDPOINT: "http://127.0.0.1:1/sql" });
    const answer = await act(...(await purses(10, 0)));
    expect(answer).toMatchObject({ status: 503, body: { code: "database_unavailable" } });
    expect(answer.headers.get("Retry-After")).not.toBeNull();
    expect(JSON.stringify(app.logs)).toContain('"fault":"network"');
  });

  it("is a fault of the server's where the database refuses, with Postgres' code in the log", async () => {
    const url = new URL(String(bindings.DATABASE_URL));
    url.pathname += "_not_there";
    const elsewhere = { ...bindings, DATABASE_URL: url.href };
    const { act, app } = await doing(move, true, elsewhere);
    expect((await act()).status).toBe(503);
    expect(JSON.stringify(app.logs)).toContain('"sqlstate":"3D000"');
  });

  it("repeats nothing that would fail again", async () => {
    let attempts = 0;
    const { act } = await doing(
      (transaction, [name = ""]) =>
        transaction((tx) => {
          attempts += 1;
          return Purses.add(tx.db, name, -1);
        }),
      { retries: 2 },
    );
    expect((await act(...(await purses(0)))).status).toBe(422);
    expect(attempts).toBe(1);
  });

  it("gives an attempt the time that is left", async () => {
    const given: number[] = [];
    const begin: Deps["begin"] = (settings, trips, options) => {
      given.push(options.timeout);
      return deps.begin(settings, trips, options);
    };
    let attempts = 0;
    const act = recording(
      async () => {
        attempts += 1;
        await scheduler.wait(20);
        if (attempts < 3) throw Object.assign(new NeonDbError("lost to another"), { code: "40001" });
      },
      { retries: 2 },
    );
    expect(
      (
        await serve({ endpoints: [act], deps: { begin } })
          .as(await aUser())
          .post("/act")
      ).status,
    ).toBe(204);
    expect(given).toHaveLength(3);
    expect(given).toStrictEqual([...new Set(given)].toSorted((one, other) => other - one));
  });

  it("tells an event and mails its notice only where it committed", async () => {
    const once = sql.raw(`once_${crypto.randomUUID().replaceAll("-", "_")}`);
    await db.execute(sql`create table ${once} (name text unique deferrable initially deferred)`);
    for (const [fails, status] of [
      ["nowhere", 204],
      ["before its end", 409],
      ["at its end", 409],
    ] as const) {
      const commits = fails === "nowhere";
      const record = recording(async (tx) => {
        await tx.run(AuditEvents.insert(tx.db, auditEvent(tx, "username.changed", tx.user.id, {})));
        if (fails === "before its end") throw new ApiError("quota_exceeded");
        if (fails === "at its end") await tx.db.execute(sql`insert into ${once} values ('twice'), ('twice')`);
      });
      const app = serveWithMailbox({ endpoints: [record] });
      const user = await aUser();
      expect((await app.as(user).post("/act")).status).toBe(status);
      expect(app.sent.filter(({ to }) => to === user.email)).toHaveLength(commits ? 1 : 0);
      expect(await db.select().from(auditEvents).where(sql`user_id = ${user.id}`)).toHaveLength(commits ? 1 : 0);
      expect(JSON.stringify(app.logs).includes("username.changed")).toBe(commits);
    }
  });

  it.each<[string, (tx: Tx, address: string) => Statement]>([
    ["a notice", (tx) => AuditEvents.insert(tx.db, auditEvent(tx, "username.changed", tx.user.id, {}))],
    [
      "any other mail",
      (tx, address) => mailTo(tx, usernameChanged, { userId: tx.user.id, address }, { name: "Ada", by: "owner" }),
    ],
  ])("logs %s that finds no room", async (_what, statement) => {
    const user = await aUser({ email_verified_at: new Date().toISOString() });
    const record = recording((tx) => tx.run(statement(tx, user.email)));
    const app = serveWithMailbox({ endpoints: [record] });
    await db.insert(throttles).values({ key: `mail:username_changed:${user.id}`, attempts: mailBudget.budget });
    expect((await app.as(user).post("/act")).status).toBe(204);
    expect(app.logs).toContainEqual(expect.objectContaining({ message: "mail", outcome: "refused", user_id: user.id }));
  });

  it("enqueues a task only if it commits", async () => {
    const told: string[] = [];
    const tell = task({ name: "tell", input: z.object({ name: z.string() }) }, async (_, input) => {
      told.push(input.name);
    });
    const work = (transaction: Transaction<Tx>, [name = "", fails]: string[]) =>
      transaction(async ({ db, run }) => {
        await run(Purses.add(db, name, 1), tell.later({ name }));
        if (fails) throw new ApiError("quota_exceeded");
      });
    const { act, app } = await doing(work, true, bindings, [tell]);
    const [kept, undone = ""] = await purses(0, 0);
    expect([(await act(kept)).status, (await act(undone, "fails")).status]).toStrictEqual([204, 409]);
    await app.tasks();
    expect(told).toStrictEqual([kept]);
  });

  it("names the task and the mail of the attempt that committed, and none of one that was repeated", async () => {
    const noted = task({ name: `noted-${crypto.randomUUID()}` }, async () => {});
    let attempts = 0;
    const { app, act } = await doing(
      (transaction) =>
        transaction(async (tx) => {
          const to = { userId: tx.user.id, address: `${tx.user.id}@example.com` };
          await tx.run(noted.later({}), mailTo(tx, usernameChanged, to, { name: "Ada", by: "owner" }));
          attempts += 1;
          if (attempts === 1) throw Object.assign(new NeonDbError("lost to another"), { code: "40001" });
        }),
      { retries: 1 },
      bindings,
      [noted],
    );
    expect((await act()).status).toBe(204);
    expect(attempts).toBe(2);
    expect(app.logs.find(({ message }) => message === "request")?.task_ids).toHaveLength(2);
  });

  it("promise 31: lets a task that waits under a key wait for a cause that is not committed yet", async () => {
    const sync = task({ name: `sync-${crypto.randomUUID()}` }, async () => {});
    const kinds = [{ name: sync.name, attempts: 1, lease: 60, concurrency: null }];
    const claim = async () => (await Tasks.claim(db, kinds, { limit: 5 })).rows.length;
    const { act } = await doing(
      (transaction, [name = ""]) =>
        transaction(async (tx) => {
          await tx.run(Purses.add(tx.db, name, 1), sync.later({}, { key: "k" }));
          expect(await claim()).toBe(0);
        }),
      true,
      bindings,
      [sync],
    );
    const [name] = await purses(0);
    await runner(db, { tasks: [sync] })(sync.later({}, { key: "k" }));
    expect((await act(name)).status).toBe(204);
    expect(await claim()).toBe(1);
  });

  it("refuses a statement that comes after its end", async () => {
    const { act } = await doing(async (transaction, [name = ""]) => {
      const late = await transaction(async (tx) => tx);
      await Purses.add(late.db, name, 1);
    });
    const [name] = await purses(0);
    expect((await act(name)).body.code).toBe("internal");
    expect(await amountOf(name)).toBe(0);
  });

  it("ends work that waits for anything else at the same deadline", async () => {
    const { act } = await doing(
      (transaction) => transaction(() => new Promise(() => {})),
      { retries: 3 },
      { ...bindings, DATABASE_TIMEOUT_MS: "1000" },
    );
    expect(await act()).toMatchObject({ status: 503, body: { code: "database_unavailable" } });
  });

  it("is ended by the server, too, where a statement waits or nobody sends the next one", async () => {
    const seen: unknown[] = [];
    const { act } = await doing((transaction) =>
      transaction(async ({ db, run }) => {
        const limits = sql`select setting::int from pg_settings
          where name in ('idle_in_transaction_session_timeout', 'statement_timeout')`;
        seen.push(...(await run(db.execute(limits))).rows.map(({ setting }) => setting));
      }),
    );
    expect((await act()).status).toBe(204);
    expect(seen).toHaveLength(2);
    for (const limit of seen) {
      expect(Number(limit)).toBeGreaterThan(0);
      expect(Number(limit)).toBeLessThanOrEqual(settings.DATABASE_TIMEOUT_MS);
    }
  });

  it("leaves no connection behind", async () => {
    const { act } = await doing(move);
    const [from, to = ""] = await purses(10, 0);
    await act(from, to);
    await act(from, to);
    await vi.waitFor(async () => {
      const { rows } = await db.execute<{ count: number }>(
        sql`select count(*)::int from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
      );
      expect(rows[0]?.count).toBe(0);
    });
  });
});
