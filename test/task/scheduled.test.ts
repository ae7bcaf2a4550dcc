import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { and, eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { afterEach, describe, expect, it, vi } from "vitest";
import { idempotencyKeys, mails, taskSchedules, tasks, throttles, users } from "../../src/db/schema.ts";
import worker from "../../src/index.ts";
import type { Bindings } from "../../src/settings.ts";
import { allTasks } from "../../src/tasks/index.ts";
import { mailTask } from "../../src/values.ts";
import { aUser, bindings, db, unique } from "../harness.ts";

afterEach(() => void vi.restoreAllMocks());

const { scheduled }: ExportedHandler<Bindings> = worker;

/** One cron trigger of the Worker that is deployed; answers the addresses that it sent mails to, and what it logged. */
async function trigger() {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
  const sent: string[] = [];
  const EMAIL = { send: async ({ to }: { to: string }) => void sent.push(to) };
  const ctx = createExecutionContext();
  await scheduled?.(createScheduledController(), { ...bindings, SUBREQUESTS: "10000", EMAIL }, ctx);
  await waitOnExecutionContext(ctx);
  return { sent, lines };
}

describe("the Worker's cron trigger", () => {
  it("sends the waiting mails, and purges each kind of expired row", async () => {
    // The mails that other tests have left waiting would take long.
    await db
      .update(tasks)
      .set({ state: "cancelled", finished_at: sql`now()` })
      .where(and(eq(tasks.name, mailTask), eq(tasks.state, "waiting")));
    // Lets the schedules begin, and then purges what other tests have left.
    for (const _ of ["begin", "purge"]) {
      await trigger();
      await db.update(taskSchedules).set({ slot: "2001-01-01T00:00:00Z" });
    }
    const [{ id: gone }, { id, username }] = [await aUser(), await aUser()];
    const [mail, key] = [uuidv7(), unique()];
    // So old that each comes first, however much other tests have left behind.
    const longAgo = sql`now() - interval '10 years'`;
    const old = { id: uuidv7(), name: unique("old"), input: {}, state: "done" as const, finished_at: longAgo };
    const recipient = `${username}@example.com`;
    await db.batch([
      db.update(users).set({ deleted_at: longAgo }).where(eq(users.id, gone)),
      db.insert(idempotencyKeys).values({ user_id: id, key, fingerprint: "f", created_at: longAgo }),
      db.insert(throttles).values({ key, attempts: 1, last_attempt_at: longAgo }),
      db.insert(tasks).values([old, { ...old, id: uuidv7(), state: "dead", finished_at: sql`now()` }]),
      db.insert(mails).values({
        ...{ id: mail, user_id: id, kind: "password_changed", recipient },
        data: { name: username },
      }),
    ]);

    const { sent, lines } = await trigger();
    expect(sent).toContain(recipient);
    expect((await db.select().from(mails).where(eq(mails.id, mail)))[0]?.sent_at).not.toBeNull();
    expect((await db.select().from(users).where(eq(users.id, gone)))[0]?.purged_at).not.toBeNull();
    expect(await db.$count(idempotencyKeys, eq(idempotencyKeys.key, key))).toBe(0);
    expect(await db.$count(throttles, eq(throttles.key, key))).toBe(0);
    expect(await db.select({ state: tasks.state }).from(tasks).where(eq(tasks.name, old.name))).toStrictEqual([
      { state: "dead" },
    ]);
    // Other tests may have left tasks that fail, and rows that are expired.
    const due = ["mails/send", ...allTasks.flatMap(({ name, slots }) => (slots ? name : []))];
    const ran = lines
      .map((line) => JSON.parse(line))
      .filter(({ message, task }) => message === "task" && due.includes(task));
    expect(ran.filter(({ outcome }) => outcome !== "done")).toStrictEqual([]);
    expect(due.filter((name) => !ran.some(({ task }) => task === name))).toStrictEqual([]);
    const purged = ran.filter(({ count }) => count > 0).map(({ task }) => task);
    expect(purged).toEqual(
      expect.arrayContaining(["purge-idempotency-keys", "purge-tasks", "purge-throttles", "purge-users"]),
    );
  });
});
