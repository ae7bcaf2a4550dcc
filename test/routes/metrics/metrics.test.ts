import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { Metrics, maxCounted } from "../../../src/crud/metrics.ts";
import { taskSchedules, tasks } from "../../../src/db/schema.ts";
import { task } from "../../../src/task/task.ts";
import { aUser, db, serve, tokenFor, unique } from "../../harness.ts";

const admin = await aUser({ role: "admin" });

async function depthOf(name: string, app = serve()) {
  const { body } = await app.get("/metrics", { token: admin.token });
  return body.tasks.find((one: { name: string }) => one.name === name);
}

describe("GET /metrics", () => {
  it("counts the tasks of each name that wait, are due, run or are dead, and how long the first has waited", async () => {
    const name = unique("counted");
    const one = { name, input: {} };
    await db.insert(tasks).values([
      { ...one, id: uuidv7(), run_at: sql`now() - interval '90 seconds'` },
      { ...one, id: uuidv7(), run_at: sql`now() - interval '10 seconds'` },
      { ...one, id: uuidv7(), run_at: sql`now() + interval '1 hour'` },
      { ...one, id: uuidv7(), state: "running", run_at: sql`now() + interval '1 minute'` },
      { ...one, id: uuidv7(), state: "dead", finished_at: sql`now()` },
      { ...one, id: uuidv7(), state: "done", finished_at: sql`now()` },
    ]);
    const depth = await depthOf(name);
    expect(depth).toStrictEqual({
      ...{ name, waiting: 3, due: 2, running: 1, dead: 1 },
      oldest_due_seconds: expect.any(Number),
    });
    expect(depth.oldest_due_seconds).toBeGreaterThanOrEqual(90);
    await db.update(tasks).set({ state: "done" }).where(sql`${tasks.name} = ${name}`);
    expect(await depthOf(name)).toBeUndefined();
  });

  it("tells the size of each table in one round trip", async () => {
    const answer = await admin.get("/metrics");
    expect(answer.roundTrips).toBe(1);
    const items = answer.body.tables.find(({ name }: { name: string }) => name === "items");
    expect(items).toMatchObject({ estimated_rows: expect.any(Number), bytes: expect.any(Number) });
    expect(items.bytes).toBeGreaterThan(8_000);
  });

  it("names the schedules that nobody has looked at", async () => {
    const daily = task({ name: unique("daily"), every: "0 6 * * *" }, async () => undefined);
    await db.insert(taskSchedules).values({ name: daily.name, slot: "2030-01-01T06:00:00Z" });
    const namesAt = async (time: string) => {
      const app = serve({ deps: { tasks: [daily], now: () => new Date(time) } });
      const token = await tokenFor({ id: admin.id, sessionId: admin.sessionId }, new Date(time));
      return (await app.get("/metrics", { token })).body.late_schedules;
    };
    expect(await namesAt("2030-01-02T06:14:00Z")).toStrictEqual([]);
    expect(await namesAt("2030-01-02T06:16:00Z")).toStrictEqual([daily.name]);
  });

  it("counts no more than the first of a long queue, by an index", async () => {
    // A table of a few tasks is read from end to end, whatever indexes it has.
    const [, explained] = await db.batch([
      db.execute(sql`set local enable_seqscan = off`),
      db.execute(sql`explain ${Metrics.read(db, []).getSQL()}`),
    ]);
    const plan = JSON.stringify(explained.rows);
    expect(plan).not.toContain("Seq Scan on tasks");
    expect(plan.match(/Limit/g)?.length).toBeGreaterThanOrEqual(3);
    expect(maxCounted).toBe(10_000);
  });

  it("is for admins alone", async () => {
    expect((await (await aUser()).get("/metrics")).status).toBe(403);
  });
});
