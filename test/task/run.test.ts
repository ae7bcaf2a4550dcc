import { eq, sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { defaultDeps } from "../../src/app.ts";
import { Tasks } from "../../src/crud/tasks.ts";
import { tasks, throttles } from "../../src/db/schema.ts";
import { purgeInSteps } from "../../src/task/purge.ts";
import { TaskError, task } from "../../src/task/task.ts";
import { db, unique } from "../harness.ts";
import { holding } from "../holding.ts";
import { effect, effecting, effectsOf, enqueue, Keyed, makeDue, rowOf, rowsOf, work } from "./effects.ts";

afterEach(() => vi.restoreAllMocks());
const keys = (count: number) => Array.from({ length: count }, () => unique("effect"));

describe("a task", () => {
  it("promise 30: that fifty Workers reach for at once has its effect once", async () => {
    const counted = effecting();
    const effects = keys(60);
    await enqueue(
      counted.name,
      effects.map((key) => ({ effect: key })),
    );
    await Promise.all(Array.from({ length: 50 }, () => work([counted])));
    await work([counted]);
    expect(await effectsOf(...effects)).toStrictEqual(effects.map(() => 1));
    expect((await rowsOf(counted.name)).map(({ state, attempt }) => [state, attempt])).toStrictEqual(
      effects.map(() => ["done", 1]),
    );
  });

  it("of a name that had a rest is tried by one Worker alone", async () => {
    const { name, ...resting } = effecting();
    const effects = keys(2);
    await enqueue(
      name,
      effects.map((key) => ({ effect: key })),
    );
    await db.insert(throttles).values({ key: `rest:${name}`, attempts: 1, blocked_until: sql`now()` });
    const kinds = [{ name, attempts: 10, lease: 60, concurrency: null }];
    const [lock, claim] = [Tasks.lock(db, kinds, {}), Tasks.claim(db, kinds, { limit: 5 })];
    const other = await holding(lock.getSQL(), claim.getSQL());
    const working = work([{ name, ...resting }]);
    await other.meets(working);
    await other.release();
    await working;
    expect((await rowsOf(name)).map(({ state }) => state).sort()).toStrictEqual(["running", "waiting"]);
    expect(await effectsOf(...effects)).toStrictEqual([0, 0]);
  });

  it("promise 30: that outlived its lease completes nothing, and another attempt does", async () => {
    const [key = ""] = keys(1);
    const refused: unknown[] = [];
    const slow = task({ name: unique("slow"), input: Keyed }, async ({ run, step, attempt, idempotencyKey }, input) => {
      if (attempt === 1) {
        await makeDue(idempotencyKey);
        await step(effect(input.effect)).catch((error) => refused.push(error));
        await work([slow]);
      }
      await run(effect(input.effect));
    });
    const [id] = await enqueue(slow.name, [{ effect: key }]);
    const logs = await work([slow]);
    expect(refused).toHaveLength(1);
    expect(await effectsOf(key)).toStrictEqual([1]);
    expect(await rowOf(id)).toMatchObject({ state: "done", attempt: 2, error: null });
    expect(logs).toMatchObject([{ message: "task", outcome: "lost", task_id: id, attempt: 1 }]);
  });

  it("promise 30: whose Worker is killed before its effect has it in the next attempt", async () => {
    const [key = ""] = keys(1);
    const counted = effecting();
    const [id] = await enqueue(counted.name, [{ effect: key }]);
    await db
      .update(tasks)
      .set({ state: "running", attempt: 1, fence: 1 })
      .where(eq(tasks.id, id ?? ""));
    await makeDue(id);
    await work([counted]);
    expect(await effectsOf(key)).toStrictEqual([1]);
    expect(await rowOf(id)).toMatchObject({ state: "done", attempt: 2 });
  });

  it("promise 30: whose Worker is killed between its effect and its end is done", async () => {
    const [key = ""] = keys(1);
    const killed = task({ name: unique("killed"), input: Keyed }, async ({ run }, input) => {
      const real = globalThis.fetch;
      vi.spyOn(globalThis, "fetch").mockImplementationOnce(async (...args) => {
        await real(...args);
        throw new Error("connection lost");
      });
      await run(effect(input.effect));
    });
    const [id] = await enqueue(killed.name, [{ effect: key }]);
    await work([killed]);
    await makeDue(id);
    await work([killed]);
    expect(await effectsOf(key)).toStrictEqual([1]);
    expect(await rowOf(id)).toMatchObject({ state: "done", attempt: 1 });
  });

  it("promise 31: that fails waits longer each time, by the database's clock, and is dead after its last attempt", async () => {
    const poisoned = task({ name: unique("poisoned"), retry: { attempts: 3, firstSeconds: 60 } }, async () => {
      throw new TaskError("The printer is on fire.");
    });
    const [id] = await enqueue(poisoned.name, [{}]);
    const waits: number[] = [];
    for (const outcome of ["failed", "failed", "dead"]) {
      expect(await work([poisoned])).toMatchObject([
        { outcome, task: poisoned.name, task_id: id, request_id: "a-request", reason: "The printer is on fire." },
      ]);
      const { rows } = await db.execute<{ wait: string }>(
        sql`select extract(epoch from run_at - now()) as wait from tasks where id = ${id}`,
      );
      waits.push(Number(rows[0]?.wait));
      expect(await work([poisoned])).toStrictEqual([]);
      await makeDue(id);
    }
    expect(waits[0]).toBeGreaterThan(20);
    expect(waits[0]).toBeLessThan(91);
    expect(waits[1]).toBeGreaterThan(50);
    expect(waits[1]).toBeLessThan(181);
    expect(await rowOf(id)).toMatchObject({ state: "dead", attempt: 3, error: "The printer is on fire." });
    expect((await rowOf(id))?.finished_at).not.toBeNull();
  });

  it("promise 31: whose last attempt never ends is dead, and is not run again", async () => {
    let runs = 0;
    const deadly = task({ name: unique("deadly"), retry: { attempts: 1 } }, async () => void runs++);
    const [id] = await enqueue(deadly.name, [{}]);
    await db
      .update(tasks)
      .set({ state: "running", attempt: 1 })
      .where(eq(tasks.id, id ?? ""));
    await makeDue(id);
    expect(await work([deadly])).toMatchObject([{ level: "error", outcome: "dead" }]);
    expect(await rowOf(id)).toMatchObject({ state: "dead", error: "Its last attempt did not end." });
    expect(runs).toBe(0);
  });

  it("can say when to try again, or that no attempt helps", async () => {
    const asked = task({ name: unique("asked"), input: Keyed }, async (_context, { effect: what }) => {
      throw new TaskError("Come back.", what === "later" ? { retryIn: 3_600 } : { hopeless: true });
    });
    const [later, never] = await enqueue(asked.name, [{ effect: "later" }, { effect: "never" }]);
    await work([asked]);
    const wait = Date.parse((await rowOf(later))?.run_at ?? "") - Date.now();
    expect(wait / 1_000).toBeGreaterThan(3_500);
    expect(wait / 1_000).toBeLessThan(3_700);
    expect(await rowOf(never)).toMatchObject({ state: "dead", attempt: 1 });
  });

  it("that fails is recorded by a second try where the first one was lost", async () => {
    const failing = task({ name: unique("failing") }, async () => {
      vi.spyOn(globalThis, "fetch").mockRejectedValueOnce(new Error("connection lost"));
      throw new TaskError("Not yet.");
    });
    const [id] = await enqueue(failing.name, [{}]);
    expect(await work([failing])).toMatchObject([{ outcome: "failed" }]);
    expect(await rowOf(id)).toMatchObject({ state: "waiting", error: "Not yet." });
  });

  it("that takes longer than its timeout is aborted, and commits nothing afterwards", async () => {
    const [key = ""] = keys(1);
    const { promise: late, resolve } = Promise.withResolvers<unknown>();
    const hanging = task({ name: unique("hanging"), input: Keyed, timeout: 0.05 }, async ({ signal, run }, input) => {
      await new Promise((abort) => signal.addEventListener("abort", abort));
      await vi.waitFor(async () => expect((await rowsOf(hanging.name))[0]?.state).toBe("waiting"));
      resolve(await run(effect(input.effect)).catch((error: unknown) => error));
    });
    const [id] = await enqueue(hanging.name, [{ effect: key }]);
    expect(await work([hanging])).toMatchObject([{ outcome: "failed", reason: "It took longer than 0.05 seconds." }]);
    expect(await rowOf(id)).toMatchObject({ state: "waiting", error: "It took longer than 0.05 seconds." });
    expect(await late).toBeInstanceOf(Error);
    expect(await effectsOf(key)).toStrictEqual([0]);
  });

  it("that fails for a reason that PostgreSQL cannot store, or that is long, keeps what it can of it", async () => {
    const garbled = task({ name: unique("garbled") }, async () => {
      throw new TaskError(`a\0b\ud800${"c".repeat(600)}`);
    });
    const [id] = await enqueue(garbled.name, [{}]);
    await work([garbled]);
    expect(await rowOf(id)).toMatchObject({ state: "waiting", error: `ab\ufffd${"c".repeat(496)}` });
  });

  it("keeps no message of others in its error, which may hold a secret", async () => {
    const leaking = task({ name: unique("leaking") }, async () => {
      throw new TypeError("the key sk_live_123 is wrong");
    });
    const [id] = await enqueue(leaking.name, [{}]);
    await work([leaking]);
    expect((await rowOf(id))?.error).toBe("It failed with TypeError.");
  });

  it("calls run once, and step before it as often as it likes", async () => {
    const effects = keys(3);
    const [first = "", second = "", third = ""] = effects;
    const stepping = task({ name: unique("stepping") }, async ({ run, step, attempt }) => {
      await step(effect(first));
      await step(effect(first), effect(second));
      await run(effect(third));
      if (attempt === 1) await run(effect(third));
    });
    const [id] = await enqueue(stepping.name, [{}]);
    expect(await work([stepping])).toMatchObject([{ level: "error", outcome: "done" }]);
    expect(await effectsOf(...effects)).toStrictEqual([2, 1, 1]);
    expect(await rowOf(id)).toMatchObject({ state: "done", attempt: 1 });
  });

  it("promise 31: that this version does not know waits, one whose input does not fit is dead, and neither blocks another", async () => {
    const counted = effecting();
    const [key = ""] = keys(1);
    const [unknown] = await enqueue(unique("of-another-version"), [{}]);
    const [invalid, valid] = await enqueue(counted.name, [{ effect: 1 }, { effect: key }]);
    await work([counted]);
    expect(await rowOf(unknown)).toMatchObject({ state: "waiting", attempt: 0 });
    expect(await rowOf(invalid)).toMatchObject({ state: "dead", error: "Its input does not fit at effect." });
    expect(await rowOf(valid)).toMatchObject({ state: "done" });
    expect(await effectsOf(key)).toStrictEqual([1]);
  });

  it("begins at once where the database's clock was set back a little, but no second attempt and nothing of later", async () => {
    const counted = effecting();
    const ids = await enqueue(
      counted.name,
      keys(3).map((key) => ({ effect: key })),
    );
    const [soon = "", again = "", later = ""] = ids;
    const inSeconds = (seconds: number) => sql`now() + make_interval(secs => ${seconds}::float8)`;
    const kind = { name: counted.name, attempts: 5, lease: 60, concurrency: null };
    // In one transaction, in which the time stands still.
    const [, , , { rows: swept }, { rows: asked }] = await db.batch([
      db
        .update(tasks)
        .set({ run_at: inSeconds(0.9) })
        .where(eq(tasks.id, soon)),
      db
        .update(tasks)
        .set({ run_at: inSeconds(0.9), attempt: 1 })
        .where(eq(tasks.id, again)),
      db
        .update(tasks)
        .set({ run_at: inSeconds(1.1) })
        .where(eq(tasks.id, later)),
      Tasks.claim(db, [kind], { limit: 5 }),
      Tasks.claim(db, [kind], { limit: 5, ids }),
    ]);
    expect([swept, asked.map(({ id }) => id)]).toStrictEqual([[], [soon]]);
  });

  it("that waited for a version with one field more gets its default", async () => {
    const seen: unknown[] = [];
    const input = Keyed.extend({ copies: z.int().default(1) });
    const grown = task({ name: unique("grown"), input }, async (_context, given) => void seen.push(given));
    const [id] = await enqueue(grown.name, [{ effect: "a", gone: true }]);
    await work([grown]);
    expect([seen, (await rowOf(id))?.state]).toStrictEqual([[{ effect: "a", copies: 1 }], "done"]);
  });

  it("of which many wait keeps no other waiting", async () => {
    const order: string[] = [];
    const [many, few] = ["many", "few"].map((name) =>
      task({ name: unique(name), concurrency: 5 }, async () => void order.push(name)),
    );
    if (!many || !few) throw new Error("there are two");
    await enqueue(many.name, Array(20).fill({}));
    await enqueue(few.name, [{}]);
    await work([many, few]);
    expect(order).toHaveLength(21);
    expect(order.indexOf("few")).toBeLessThan(5);
  });

  it("gets a turn beside a backlog of another kind, however few tasks a Worker claims at once", async () => {
    const claimed: string[] = [];
    const kinds = ["many", "few"].map((name) => ({ name: unique(name), attempts: 1, lease: 60, concurrency: null }));
    const [many, few] = kinds.map(({ name }) => name);
    await enqueue(many ?? "", Array(60).fill({}));
    await enqueue(few ?? "", [{}]);
    for (let i = 0; i < 50; i++) {
      claimed.push(...(await Tasks.claim(db, kinds, { limit: 1 })).rows.map(({ name }) => name));
    }
    expect(claimed).toHaveLength(50);
    expect(claimed).toContain(few);
  });

  it.each([
    [1e12, 21_600],
    [Number.POSITIVE_INFINITY, 21_600],
    [-5, 0],
    [Number.NaN, 0],
    [60, 60],
  ])("that is to wait %d seconds waits %d", (retryIn, seconds) => {
    expect(new TaskError("later", { retryIn }).retryIn).toBe(seconds);
  });

  it("runs no more often at once than its concurrency, however many Workers there are", async () => {
    let [now, most] = [0, 0];
    const bounded = task({ name: unique("bounded"), concurrency: 2 }, async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
    });
    await enqueue(bounded.name, Array(10).fill({}));
    await Promise.all(Array.from({ length: 10 }, () => work([bounded])));
    for (let round = 0; round < 10; round++) await work([bounded]);
    expect(most).toBe(2);
    expect((await rowsOf(bounded.name)).map(({ state }) => state)).toStrictEqual(Array(10).fill("done"));
  });

  it("of a bounded kind keeps no Worker waiting that claims none of them", async () => {
    const bounded = task({ name: unique("bounded"), concurrency: 1 }, async () => undefined);
    const counted = effecting();
    const [key = ""] = keys(1);
    const claiming = await holding(sql`select pg_advisory_xact_lock(hashtext('tasks'), hashtext(${bounded.name}))`);
    const [later] = await enqueue(bounded.name, [{}]);
    await db
      .update(tasks)
      .set({ run_at: sql`now() + interval '1 hour'` })
      .where(eq(tasks.id, later ?? ""));
    await enqueue(counted.name, [{ effect: key }]);
    await work([bounded, counted]);
    expect(await effectsOf(key)).toStrictEqual([1]);
    await makeDue(later);
    const waiting = work([bounded, counted]);
    await claiming.meets(waiting);
    expect((await rowOf(later))?.state).toBe("waiting");
    await claiming.release();
    await waiting;
    expect((await rowOf(later))?.state).toBe("done");
  });

  it("begins only while the subrequests of the plan suffice for it, and the next sweep continues", async () => {
    let calls = 0;
    const calling = task({ name: unique("calling") }, async ({ settings }) => {
      calls += 1;
      await fetch(settings.NEON_FETCH_ENDPOINT ?? "", { method: "POST" });
    });
    await enqueue(calling.name, Array(40).fill({}));
    const fetching = vi.spyOn(globalThis, "fetch");
    let [runs, most] = [0, 0];
    for (; calls < 40 && runs < 10; runs++) {
      fetching.mockClear();
      await work([calling], { bindings: { SUBREQUESTS: "50" } });
      most = Math.max(most, fetching.mock.calls.length);
    }
    expect(most).toBeLessThanOrEqual(50);
    expect(most).toBeGreaterThan(25);
    expect(runs).toBeLessThan(5);
    expect((await rowsOf(calling.name)).map(({ attempt }) => attempt)).toStrictEqual(Array(40).fill(1));
  });

  it("counts the calls of those before it, which share the subrequests of a run", async () => {
    let calls = 0;
    const calling = task({ name: unique("calling"), concurrency: 1 }, async ({ mayGoOn }) => {
      for (let made = 1; made <= 10 && mayGoOn(made); made++) calls += 1;
    });
    await enqueue(calling.name, Array(40).fill({}));
    const fetching = vi.spyOn(globalThis, "fetch");
    await work([calling], { bindings: { SUBREQUESTS: "100" } });
    expect(calls + fetching.mock.calls.length).toBeLessThanOrEqual(100);
    expect(calls).toBeGreaterThan(30);
  });

  it("that purges stops where the calls of its steps have used up the subrequests, and leaves the rest to another", async () => {
    let steps = 0;
    const purging = purgeInSteps(unique("purging"), 1, async () => {
      steps += 1;
      return { found: steps < 50 ? 1 : 0, removed: 1, calls: 20 };
    });
    await enqueue(purging.name, [{}]);
    await work([purging], { bindings: { SUBREQUESTS: "100" } });
    expect(steps).toBe(4);
    expect((await rowsOf(purging.name)).map(({ state, key }) => [state, key])).toContainEqual(["waiting", "rest"]);
  });

  it("ends by itself in time, if it asks whether it may go on", async () => {
    const stepping = task({ name: unique("stepping"), timeout: 2 }, async ({ mayGoOn }) => {
      while (mayGoOn()) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await enqueue(stepping.name, [{}]);
    expect(await work([stepping])).toMatchObject([{ outcome: "done" }]);
  });

  it("is nobody else's for half a minute after its time, in which it tells how it ended", async () => {
    let seconds = 0;
    const leased = task({ name: unique("leased"), timeout: 10 }, async ({ db: own, idempotencyKey: id }) => {
      const { rows } = await own.execute<{ left: string }>(
        sql`select extract(epoch from run_at - now()) as left from tasks where id = ${id}`,
      );
      seconds = Number(rows[0]?.left);
    });
    await enqueue(leased.name, [{}]);
    await work([leased]);
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(40);
  });

  it("that another Worker has is asked for once, however many others run", async () => {
    const quick = effecting();
    const spent: { count: number }[] = [];
    const connect: typeof defaultDeps.connect = (settings, trips) => {
      spent.push(trips);
      return defaultDeps.connect(settings, trips);
    };
    const trips = () => spent.at(-1)?.count ?? 0;
    let expected = 2;
    const slow = task({ name: unique("slow") }, async () => {
      // The claim of both, the end of the quick one, and a claim of what is left.
      await vi.waitUntil(() => trips() >= expected);
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    const roundTrips = async (...others: string[]) => {
      const [first = ""] = await enqueue(quick.name, [{ effect: unique("effect") }]);
      const [second = ""] = await enqueue(slow.name, [{}]);
      await work([quick, slow], { ids: [first, second, ...others], connect });
      expect(await rowOf(second)).toMatchObject({ state: "done" });
      return trips();
    };
    const alone = await roundTrips();
    expected = 3;
    const [held = ""] = await enqueue(quick.name, [{ effect: unique("effect") }]);
    await db.update(tasks).set({ state: "running", run_at: sql`now() + interval '1 hour'` }).where(eq(tasks.id, held));
    expect(await roundTrips(held)).toBe(alone + 1);
  });

  it("that would wait twice under a key after a failure gives way to the other", async () => {
    const failing = task({ name: unique("failing") }, async ({ db: own, idempotencyKey }) => {
      await enqueue(failing.name, [{}], { key: "one" });
      await own
        .update(tasks)
        .set({ run_at: sql`now() + interval '1 hour'` })
        .where(sql`key = 'one' and id <> ${idempotencyKey}`);
      throw new TaskError("Not yet.");
    });
    const [id] = await enqueue(failing.name, [{}], { key: "one" });
    await work([failing]);
    expect(await rowOf(id)).toMatchObject({ state: "cancelled", error: "Not yet." });
    expect((await rowsOf(failing.name)).map(({ state }) => state)).toStrictEqual(["cancelled", "waiting"]);
  });
});

describe("a run", () => {
  it("does not begin on wrong settings, and says which", async () => {
    const logs = await work([], { bindings: { SECRET_KEY: "" } });
    expect(logs).toMatchObject([{ level: "error", code: "misconfigured" }]);
    expect(JSON.stringify(logs)).toContain("SECRET_KEY is missing");
  });

  it("ends where the database cannot be reached", async () => {
    const logs = await work([effecting()], { bindings: { NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" } });
    expect(logs).toMatchObject([{ level: "error", message: "tasks" }]);
  });
});
