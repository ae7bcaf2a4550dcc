import { eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { tasks, throttles } from "../../../src/db/schema.ts";
import { TaskError, task } from "../../../src/task/task.ts";
import { aUser, db, serve, unique } from "../../harness.ts";
import { effect, effecting, effectsOf, enqueue, Keyed, makeDue, rowOf, rowsOf, work } from "../../task/effects.ts";

let isBroken = true;
const fragile = task(
  { name: unique("fragile"), input: Keyed, retry: { attempts: 1 } },
  async ({ run }, { effect: key }) => {
    if (isBroken) throw new TaskError("The provider is down.");
    await run(effect(key));
  },
);
const app = serve({ deps: { tasks: [fragile] } });
const { token, id: adminId } = await aUser({ role: "admin" });
const admin = app.as({ token });

async function aDeadTask() {
  isBroken = true;
  const key = unique("effect");
  const [id = ""] = await enqueue(fragile.name, [{ effect: key }]);
  await work([fragile], { ids: [id] });
  expect(await rowOf(id)).toMatchObject({ state: "dead", error: "The provider is down." });
  return { id, key };
}
const eventsOf = async (id: string) => {
  const { rows } = await db.execute<{ kind: string; actor_id: string }>(
    sql`select kind, actor_id from audit_events where coalesce(details->>'task_id', details->>'task_name') = ${id} order by id`,
  );
  return rows.map(({ kind, actor_id }) => [kind, actor_id === adminId]);
};

describe("an admin", () => {
  it("lists tasks by name, state and time, a page at a time, without their input", async () => {
    const name = unique("listed");
    const ids = await enqueue(name, [{ secret: 1 }, { secret: 2 }, { secret: 3 }]);
    await db
      .update(tasks)
      .set({ state: "done" })
      .where(eq(tasks.id, ids[0] ?? ""));
    const list = async (query: string) => (await admin.get(`/tasks?name=${name}&${query}`)).body;
    const all = await list("limit=2");
    const rest = await list(`limit=2&cursor=${all.next_cursor}`);
    const listed = [...all.items, ...rest.items];
    expect(listed.map(({ id }) => id)).toStrictEqual(ids.toReversed());
    expect(JSON.stringify(listed)).not.toContain("secret");
    expect((await list("state=done")).items.map(({ id }: { id: string }) => id)).toStrictEqual([ids[0]]);
    expect((await list("after=2100-01-01T00:00:00Z")).items).toStrictEqual([]);
    expect((await list("before=2100-01-01T00:00:00Z")).items).toHaveLength(3);
  });

  it("promise 31: reads the error of a dead task and retries it, which is recorded", async () => {
    const { id, key } = await aDeadTask();
    expect((await admin.get(`/tasks/${id}`)).body).toMatchObject({
      ...{ name: fragile.name, state: "dead", attempt: 1, error: "The provider is down.", input: { effect: key } },
      request_id: "a-request",
      run_at: null,
    });
    isBroken = false;
    const answer = await admin.post(`/tasks/${id}/retry`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      ...{ state: "waiting", attempt: 0, finished_at: null },
      run_at: expect.any(String),
    });
    expect(await rowOf(id)).toMatchObject({ state: "done", attempt: 1, error: null });
    expect(await effectsOf(key)).toStrictEqual([1]);
    expect(await eventsOf(id)).toStrictEqual([["task.retried", true]]);
  });

  it("retries one right after the answer also while tasks of its name have a rest, which ends", async () => {
    const { id, key } = await aDeadTask();
    const rest = { key: `rest:${fragile.name}`, attempts: 3, blocked_until: sql`now() + interval '1 hour'` };
    await db.insert(throttles).values(rest);
    isBroken = false;
    expect((await admin.post(`/tasks/${id}/retry`)).status).toBe(200);
    expect(await effectsOf(key)).toStrictEqual([1]);
    expect(await db.$count(throttles, eq(throttles.key, rest.key))).toBe(0);
  });

  it("retries none that is done or runs, or while another one waits under its key", async () => {
    const { id, key } = await aDeadTask();
    const [other = ""] = await enqueue(fragile.name, [{ effect: key }], { key: "one" });
    await db.update(tasks).set({ key: "one" }).where(eq(tasks.id, id));
    await db.update(tasks).set({ run_at: sql`now() + interval '1 hour'` }).where(eq(tasks.id, other));
    expect((await admin.post(`/tasks/${id}/retry`)).body).toMatchObject({ status: 409, code: "task_waiting" });
    for (const state of ["done", "running"] as const) {
      await db.update(tasks).set({ state, run_at: sql`now() + interval '1 hour'` }).where(eq(tasks.id, id));
      expect((await admin.post(`/tasks/${id}/retry`)).body).toMatchObject({ status: 409, code: "task_ended" });
    }
    expect(await eventsOf(id)).toStrictEqual([]);
  });

  it("promise 31: retries all dead tasks of a name by one call, which is recorded once", async () => {
    const name = unique("revoked");
    let key = "revoked";
    const calling = task({ name, retry: { attempts: 1 }, concurrency: 5 }, async () => {
      if (key === "revoked") throw new TaskError("The key is revoked.");
    });
    const own = serve({ deps: { tasks: [calling] } }).as({ token });
    const ids = await enqueue(name, Array(120).fill({}));
    const [other = ""] = await enqueue(name, [{}]);
    await work([calling]);
    await db.update(tasks).set({ error: "The paper is out." }).where(eq(tasks.id, other));
    await db.insert(throttles).values({ key: `rest:${name}`, attempts: 1, blocked_until: "2100-01-01T00:00:00Z" });
    key = "new";
    const answer = await own.post("/tasks/retry", { name, error: "The key is revoked." });
    expect(answer.body).toStrictEqual({ retried: 120, is_complete: true });
    expect(answer.roundTrips).toBe(1);
    await work([calling]);
    const states = (await rowsOf(name)).map(({ id, state, attempt }) => (id === other ? id : `${state} ${attempt}`));
    expect(states).toStrictEqual([...ids.map(() => "done 1"), other]);
    expect(await eventsOf(name)).toStrictEqual([["task.retried", true]]);
    expect((await own.post("/tasks/retry", { name, error: "The key is revoked." })).body.retried).toBe(0);
    expect(await eventsOf(name)).toHaveLength(1);
  });

  it("retries one task per key, and lets waiting ones begin at once", async () => {
    const counted = effecting();
    const own = serve({ deps: { tasks: [counted] } }).as({ token });
    const [first = "", second = "", third = ""] = [unique("effect"), unique("effect"), unique("effect")];
    for (const effect of [first, second, third]) {
      const [id = ""] = await enqueue(counted.name, [{ effect }], { key: effect === third ? "three" : "one" });
      await db.update(tasks).set({ state: "dead" }).where(eq(tasks.id, id));
    }
    const [waiting = ""] = await enqueue(counted.name, [{ effect: unique("effect") }], { key: "three" });
    await db.update(tasks).set({ run_at: sql`now() + interval '1 hour'` }).where(eq(tasks.id, waiting));
    expect((await own.post("/tasks/retry", { name: counted.name })).body.retried).toBe(1);
    expect(await effectsOf(first, second, third)).toStrictEqual([1, 0, 0]);
    expect((await own.post("/tasks/retry", { name: counted.name, state: "waiting" })).body.retried).toBe(1);
    expect(await rowOf(waiting)).toMatchObject({ state: "done" });
  });

  it("cancels a task that waits, and one that runs commits nothing more", async () => {
    const counted = effecting();
    const [key = "", second = ""] = [unique("effect"), unique("effect")];
    const [waiting = ""] = await enqueue(counted.name, [{ effect: key }]);
    expect((await admin.post(`/tasks/${waiting}/cancel`)).body).toMatchObject({ state: "cancelled", attempt: 0 });
    await work([counted]);
    const cancelling = task({ name: unique("cancelling"), input: Keyed }, async ({ run, idempotencyKey }, input) => {
      expect((await admin.post(`/tasks/${idempotencyKey}/cancel`)).status).toBe(200);
      await run(effect(input.effect));
    });
    const [running = ""] = await enqueue(cancelling.name, [{ effect: second }]);
    await work([cancelling]);
    await makeDue(running);
    await work([cancelling]);
    expect(await rowOf(running)).toMatchObject({ state: "cancelled", attempt: 1 });
    expect(await effectsOf(key, second)).toStrictEqual([0, 0]);
    expect(await eventsOf(running)).toStrictEqual([["task.cancelled", true]]);
    expect((await admin.post(`/tasks/${running}/cancel`)).body).toMatchObject({ code: "task_ended" });
  });

  it("gets 404 for a task that is not there", async () => {
    const path = `/tasks/${uuidv7()}`;
    expect((await admin.get(path)).status).toBe(404);
    for (const verb of ["retry", "cancel"]) expect((await admin.post(`${path}/${verb}`)).status).toBe(404);
  });
});
