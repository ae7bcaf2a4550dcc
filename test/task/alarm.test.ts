import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { taskSchedules, tasks, throttles } from "../../src/db/schema.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import type { TaskAlarm } from "../../src/index.ts";
import { Health } from "../../src/schemas/health.ts";
import { afterAnswer } from "../../src/task/run.ts";
import { type Task, TaskError, task } from "../../src/task/task.ts";
import { allTasks } from "../../src/tasks/index.ts";
import { aUser, bindings, db, serve, serveWithMailbox, unique } from "../harness.ts";
import { effecting, effectsOf, enqueue, makeDue, rowOf, rowsOf, work } from "./effects.ts";

afterEach(() => vi.restoreAllMocks());
// An alarm that rings later would run tasks in the middle of another test.
afterAll(async () => {
  for (const name of ["brief", "long"]) {
    await runInDurableObject(alarms.getByName(name), (_, { storage }) => storage.deleteAlarm());
  }
});

// The binding as wrangler.toml makes it; the type of all bindings is unknown.
const { TASK_ALARM: alarms } = env as unknown as { TASK_ALARM: DurableObjectNamespace<TaskAlarm> };
const [config = ""] = Object.values(
  import.meta.glob<string>("../../wrangler.toml", { query: "?raw", import: "default", eager: true }),
);

/** Alarms that only note the seconds that they are set to: `rung` that of brief tasks, `long` the other. */
function noting() {
  const [rung, long]: [number[], number[]] = [[], []];
  const TASK_ALARM = {
    getByName: (name: string) => ({
      ringWithin: async (seconds: number) => void (name === "long" ? long : rung).push(seconds),
    }),
  };
  return { rung, long, own: { TASK_ALARM }, bindings: { ...bindings, TASK_ALARM } };
}

/** The seconds to which a sweep that finds these tasks sets the alarm. */
async function setBy(list: readonly Task[], own: Record<string, unknown> = {}): Promise<number[]> {
  const { rung, own: alarm } = noting();
  await work(list, { bindings: { ...alarm, ...own } });
  return rung;
}

/** The seconds that a busy machine may need for a test. */
const late = 20;
/** So many seconds, of which this test has spent some already. */
const about = (seconds: number) => expect.toSatisfy((left: number) => left > seconds - late && left < seconds + 1);
/** True if the next full hour, or the next midnight, is in so many seconds. */
const isUntil = (period: number, seconds = 0) => {
  const off = (seconds + Date.now() / 1_000) % period;
  return Math.min(off, period - off) < late;
};
const [hour, day] = [3_600, 86_400];

describe("the alarm of tasks", () => {
  it("rings at the earliest time that it was asked for, and runs what is due", async () => {
    const alarm = alarms.getByName("brief");
    for (const seconds of [3_000, 1_000, 2_000]) await alarm.ringWithin(seconds);
    const timeOf = () => runInDurableObject(alarm, (_, { storage }) => storage.getAlarm());
    expect(((await timeOf()) ?? 0) / 1_000 - Date.now() / 1_000).toEqual(about(1_000));
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    const [id] = await enqueue("purge-sessions", [{}]);
    expect(await runDurableObjectAlarm(alarm)).toBe(true);
    expect(await rowOf(id)).toMatchObject({ state: "done" });
    expect(await timeOf()).not.toBeNull();
  });

  it("is set to the next attempt of a task that failed", async () => {
    const failing = task({ name: unique("failing"), retry: { firstSeconds: 100 } }, async () => {
      throw new TaskError("Not yet.");
    });
    const [id = ""] = await enqueue(failing.name, [{}]);
    const { rung, own } = noting();
    await work([failing], { ids: [id], bindings: own });
    await work([failing], { bindings: own });
    expect(rung).toHaveLength(2);
    for (const seconds of rung) {
      expect(seconds).toBeGreaterThan(45);
      expect(seconds).toBeLessThan(151);
    }
    expect((rung[0] ?? 0) - (rung[1] ?? 0)).toBeLessThan(late);
  });

  it("is set to the end of the lease of a Worker that may have been killed", async () => {
    const held = effecting();
    const [id = ""] = await enqueue(held.name, [{}]);
    await db
      .update(tasks)
      .set({ state: "running", run_at: sql`now() + interval '40 seconds'` })
      .where(eq(tasks.id, id));
    expect(await setBy([held])).toStrictEqual([about(40)]);
  });

  it("is set to the next slot of `every`, also where the database's clock is behind", async () => {
    const daily = task({ name: unique("daily"), every: "0 0 * * *" }, async () => undefined);
    const untilMidnight = day - ((Date.now() / 1_000) % day);
    const [seconds = 0] = await setBy([daily]);
    expect(isUntil(day, seconds)).toBe(true);
    // A Worker whose clock is ahead sees a slot that has not come: it must not be missed.
    const { rung, own } = noting();
    await work([daily], { bindings: own, now: new Date(Date.now() + (untilMidnight + 5) * 1_000) });
    expect(isUntil(day, rung[0])).toBe(true);
    expect(await rowsOf(daily.name)).toStrictEqual([]);
  });

  it("is set to the end of a rest, and soon for a task that waits for others of its kind", async () => {
    const down = task({ name: unique("down") }, async () => {
      throw new TaskError("It is down.", { outage: true, retryIn: 300 });
    });
    const [id = ""] = await enqueue(down.name, [{}]);
    await work([down], { ids: [id] });
    await makeDue(id);
    expect(await setBy([down])).toStrictEqual([about(300)]);
    const single = effecting({ concurrency: 1 });
    const [first = "", second] = await enqueue(single.name, [{}, {}]);
    await db.update(tasks).set({ state: "running", run_at: sql`now() + interval '1 hour'` }).where(eq(tasks.id, first));
    expect(await setBy([single])).toStrictEqual([10]);
    expect(await rowOf(second)).toMatchObject({ state: "waiting" });
  });

  it("is another one for tasks of more than a minute, so that they keep no others waiting", async () => {
    const alarm = alarms.getByName("long");
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    const [id] = await enqueue("purge-sessions", [{}]);
    await alarm.ringWithin(1_000);
    expect(await runDurableObjectAlarm(alarm)).toBe(true);
    expect(await rowOf(id)).toMatchObject({ state: "waiting" });
    await db.delete(tasks).where(eq(tasks.id, id ?? ""));
    const slow = effecting({ timeout: 61 });
    const [waiting = ""] = await enqueue(slow.name, [{ effect: unique("effect") }]);
    await db.update(tasks).set({ run_at: sql`now() + interval '100 seconds'` }).where(eq(tasks.id, waiting));
    const { rung, long, own } = noting();
    await work([slow], { bindings: own });
    expect([rung, long]).toStrictEqual([[], [about(100)]]);
  });

  it("is set to the tasks that a task enqueues, and that do not run in the same run", async () => {
    const [next, slow] = [effecting(), effecting({ timeout: 61 })];
    const effect = unique("effect");
    const first = task({ name: unique("first") }, ({ run }) =>
      run(next.later({ effect }), next.later({ effect }, { delay: 7 }), slow.later({ effect })),
    );
    const [id = ""] = await enqueue(first.name, [{}]);
    const { rung, long: longRung, own } = noting();
    await work([first, next, slow], { ids: [id], time: afterAnswer, bindings: own });
    expect([rung, longRung]).toStrictEqual([[7], [0]]);
    expect(await effectsOf(effect)).toStrictEqual([1]);
  });

  it("rings at once for a task that may not begin, because it could outlast the run", async () => {
    const counted = effecting({ timeout: 20 });
    const [id = ""] = await enqueue(counted.name, [{ effect: unique("effect") }]);
    const { rung, own } = noting();
    await work([counted], { ids: [id], time: { begin: 20, end: 19.9 }, bindings: own });
    expect(rung).toStrictEqual([0]);
    expect(await rowOf(id)).toMatchObject({ state: "waiting", attempt: 0 });
    await work([counted], { ids: [id], time: { begin: 20, end: 80 }, bindings: own });
    expect(await rowOf(id)).toMatchObject({ state: "done" });
  });

  it("is set to a second for a task that is to be tried again at once, which must not fill the run", async () => {
    let runs = 0;
    const hasty = task({ name: unique("hasty") }, async () => {
      runs += 1;
      throw new TaskError("Again.", { retryIn: 0 });
    });
    const [id = ""] = await enqueue(hasty.name, [{}]);
    const { rung, own } = noting();
    await work([hasty], { ids: [id], bindings: own });
    expect([runs, rung]).toStrictEqual([1, [1]]);
  });

  it("rings at once where a run has used up its subrequests, and in a minute where the database was down", async () => {
    const counted = effecting();
    await enqueue(
      counted.name,
      Array.from({ length: 30 }, () => ({ effect: unique("effect") })),
    );
    expect(await setBy([counted], { SUBREQUESTS: "50" })).toStrictEqual([0]);
    expect(await setBy([counted], { NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" })).toStrictEqual([60]);
  });
});

const timed = (seconds: number) => effecting({ timeout: seconds });
const [brief, long] = [timed(20), timed(61)];
const Order = z.strictObject({ effect: z.string(), delay: z.number().optional(), long: z.boolean().optional() });
const order = endpoint(
  {
    ...({ method: "post", path: "/orders", operationId: "order", tags: ["users"], access: "user" } as const),
    ...{ summary: "Order", description: "Orders.", request: { body: body(Order) } },
    responses: { 201: json(Health, "Ordered") },
  },
  async (c) => {
    const { effect, delay = 0, long: isLong } = c.req.valid("json");
    await c.var.run((isLong ? long : brief).later({ effect }, { delay }));
    return c.json({ status: "ok" } as const, 201);
  },
);
const { token } = await aUser();

describe("a request that enqueues a task", () => {
  const place = async (json: z.input<typeof Order>, more: Record<string, unknown> = {}) => {
    const { rung, long: longRung, bindings: own } = noting();
    const app = serve({ endpoints: [order], deps: { tasks: [brief, long] }, bindings: { ...own, ...more } });
    const answer = await app.post("/orders", { token, json });
    expect([answer.status, answer.roundTrips]).toStrictEqual([201, 1]);
    return { rung, longRung, logs: app.logs };
  };

  it("sets the alarm in no round trip: to its delay, or to a minute in case that this Worker is killed", async () => {
    const [now, soon, late] = [unique("effect"), unique("effect"), unique("effect")];
    expect((await place({ effect: now })).rung).toStrictEqual([60]);
    expect((await place({ effect: soon, delay: 5 })).rung).toStrictEqual([5]);
    expect((await place({ effect: late, delay: 500 })).rung).toStrictEqual([500]);
    expect(await effectsOf(now, soon, late)).toStrictEqual([1, 0, 0]);
  });

  it("leaves one to the alarm that takes longer than the platform lets it go on after its answer", async () => {
    const effect = unique("effect");
    expect(await place({ effect, long: true })).toMatchObject({ rung: [], longRung: [0] });
    expect(await rowsOf(long.name)).toMatchObject([{ state: "waiting", attempt: 0 }]);
    await work([brief, long]);
    expect(await effectsOf(effect)).toStrictEqual([1]);
  });

  it("with a queue, has messages wake those that may run now, however long, and the alarm those with a delay", async () => {
    const messages: { body: unknown }[] = [];
    const TASK_QUEUE = { sendBatch: async (batch: typeof messages) => void messages.push(...batch) };
    const [now, late] = [unique("effect"), unique("effect")];
    expect(await place({ effect: now, long: true }, { TASK_QUEUE })).toMatchObject({ rung: [], longRung: [60] });
    expect(await place({ effect: late, delay: 5 }, { TASK_QUEUE })).toMatchObject({ rung: [5], longRung: [] });
    const [row] = (await rowsOf(long.name)).filter(({ input }) => JSON.stringify(input).includes(now));
    expect(messages).toStrictEqual([{ body: { id: row?.id }, delaySeconds: 0 }]);
    await work([brief, long]);
  });

  it("sets no alarm for a mail that this Worker cannot send", async () => {
    const { rung, bindings: own } = noting();
    const user = await aUser();
    const json = { email: user.email };
    const app = serve({ bindings: own });
    expect((await app.post("/auth/password/forgot", { json })).status).toBe(202);
    expect(rung).toStrictEqual([]);
    expect((await serveWithMailbox({ bindings: own }).post("/auth/email/verify/resend", { json })).status).toBe(202);
    expect(rung).toStrictEqual([60]);
  });

  it("succeeds where the alarm cannot be reached: the cron trigger finds its task", async () => {
    const broken = { getByName: () => ({ ringWithin: () => Promise.reject(new Error("no alarm")) }) };
    const effect = unique("effect");
    const { logs } = await place({ effect, delay: 1 }, { TASK_ALARM: broken });
    expect(logs).toContainEqual(expect.objectContaining({ level: "warn", reason: "the alarm was not set" }));
    const [row] = (await rowsOf(brief.name)).filter(({ input }) => JSON.stringify(input).includes(effect));
    await makeDue(row?.id);
    await work([brief]);
    expect(await effectsOf(effect)).toStrictEqual([1]);
  });
});

describe("promise 34: an idle Worker", () => {
  it("sends its database no statement but at the full hour: a minute after its last task, the alarm is set to that", async () => {
    const counted = effecting();
    // Nothing of another test may be due.
    await db.delete(tasks).where(sql`state in ('waiting', 'running') and name in (select name from ${taskSchedules})`);
    await db.delete(throttles).where(sql`starts_with(key, 'rest:')`);
    const { rung, own } = noting();
    await enqueue(counted.name, [{ effect: unique("effect") }]);
    const names = new Set(allTasks.map(({ name }) => name));
    await db.execute(sql`update tasks set state = 'cancelled' where state in ('waiting', 'running')
      and name in (select jsonb_array_elements_text(${JSON.stringify([...names])}::jsonb))`);
    await work([...allTasks, counted], { bindings: own });
    const fetching = vi.spyOn(globalThis, "fetch");
    await work([...allTasks, counted], { bindings: own });
    // It asks three times: what slots have come, what is due, and when to ask again.
    expect(fetching.mock.calls).toHaveLength(3);
    expect(rung.map((seconds) => isUntil(hour, seconds))).toStrictEqual([true, true]);
    expect(/^triggers = \{ crons = \["(.*)"\] \}$/m.exec(config)?.[1]).toBe("0 * * * *");
  });
});
