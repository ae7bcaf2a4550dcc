import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { afterEach, describe, expect, it, vi } from "vitest";
import { idempotencyKeys, mails, throttles, users } from "../../src/db/schema.ts";
import worker from "../../src/index.ts";
import type { Bindings } from "../../src/settings.ts";
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
  await scheduled?.(createScheduledController(), { ...bindings, EMAIL }, ctx);
  await waitOnExecutionContext(ctx);
  return { sent, lines };
}

describe("the Worker's cron trigger", () => {
  it("sends the waiting mails of the outbox, and purges each kind of expired row", async () => {
    const [{ id: gone }, { id, username }] = [await aUser(), await aUser()];
    const [mail, key] = [uuidv7(), unique()];
    // So old that each comes first, however much other tests have left behind.
    const longAgo = sql`now() - interval '10 years'`;
    const recipient = `${username}@example.com`;
    await db.batch([
      db.update(users).set({ deleted_at: longAgo }).where(eq(users.id, gone)),
      db.insert(idempotencyKeys).values({ user_id: id, key, fingerprint: "f", created_at: longAgo }),
      db.insert(throttles).values({ key, attempts: 1, last_attempt_at: longAgo }),
      db.insert(mails).values({
        ...{ id: mail, user_id: id, kind: "password_changed", recipient },
        ...{ data: { name: username }, next_attempt_at: longAgo },
      }),
    ]);

    const { sent, lines } = await trigger();
    expect(sent).toContain(recipient);
    expect((await db.select().from(mails).where(eq(mails.id, mail)))[0]?.sent_at).not.toBeNull();
    expect((await db.select().from(users).where(eq(users.id, gone)))[0]?.purged_at).not.toBeNull();
    expect(await db.$count(idempotencyKeys, eq(idempotencyKeys.key, key))).toBe(0);
    expect(await db.$count(throttles, eq(throttles.key, key))).toBe(0);
    const jobs = lines.map((line) => JSON.parse(line)).filter(({ message }) => message === "job");
    expect(jobs.filter(({ level }) => level === "error")).toStrictEqual([]);
    expect(new Set(jobs.map(({ job }) => job))).toStrictEqual(
      new Set(["send mails", "purge throttles", "purge idempotency keys", "purge users"]),
    );
  });
});
