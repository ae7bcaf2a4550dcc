import { eq, sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { attachments } from "../../../src/db/schema.ts";
import { purgeAttachments } from "../../../src/tasks/attachments/purge.ts";
import { purgeDeleted } from "../../../src/tasks/purge-deleted.ts";
import { purgeUsers } from "../../../src/tasks/purge-users.ts";
import { bindings, db, perform, serve } from "../../harness.ts";
import { type AnItem, anAttachment, anItem, attach, bucket, png, remainsOf } from "./files.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A Worker that is killed at its nth call to the database or the bucket: before the call, or once it took effect. */
function mortal(at: number, when: "before" | "after") {
  const real = globalThis.fetch;
  const state = { calls: 0, isDead: false };
  const live = async <T>(work: () => Promise<T>): Promise<T> => {
    state.calls += 1;
    const isLast = state.calls === at;
    if (state.isDead || (isLast && when === "before")) state.isDead = true;
    if (state.isDead) throw new Error("killed");
    const answer = await work();
    if (isLast) {
      state.isDead = true;
      throw new Error("killed");
    }
    return answer;
  };
  vi.spyOn(globalThis, "fetch").mockImplementation((...args) => live(() => real(...args)));
  const put: R2Bucket["put"] = (...args: Parameters<R2Bucket["put"]>) => live(() => bucket.put(...args));
  const BUCKET = {
    put,
    delete: (keys: string | string[]) => live(() => bucket.delete(keys)),
    get: (key: string, options: R2GetOptions) => live(() => bucket.get(key, options)),
  };
  const own = { ...bindings, BUCKET };
  return { state, own, app: serve({ mayFail: true, bindings: own }) };
}

/** Everything is a day older, and the task runs. */
async function sweepLater(ownerId: string): Promise<void> {
  vi.restoreAllMocks();
  await db
    .update(attachments)
    .set({ created_at: sql`now() - interval '1 day'` })
    .where(eq(attachments.owner_id, ownerId));
  await perform(purgeAttachments);
}

/** Has work killed at each of its calls in turn, before and after it, until it comes through. Answers the number of calls. */
async function killedEverywhere(
  work: (worker: ReturnType<typeof mortal>, item: AnItem, id: string) => Promise<unknown>,
) {
  for (let at = 1; ; at++) {
    let calls = 0;
    for (const when of ["before", "after"] as const) {
      const { item, id } = await anAttachment();
      const worker = mortal(at, when);
      await work(worker, item, id).catch(() => undefined);
      calls = worker.state.calls;
      const { isDead } = worker.state;
      await sweepLater(item.ownerId);
      const { rows, objects } = await remainsOf(item.ownerId, [id]);
      expect(objects, `killed ${when} call ${at}`).toStrictEqual(rows);
      if (!isDead) return calls;
    }
  }
}

describe("promise 35: a Worker that is killed leaves, after a sweep, no object without a row and no row without an object", () => {
  it("at any call of an upload", async () => {
    const calls = await killedEverywhere(async ({ app }, item) => {
      const { status, body } = await attach(item, png(), { app });
      if (status !== 201) return;
      await sweepLater(item.ownerId);
      expect(await bucket.head(body.id)).not.toBeNull();
    });
    expect(calls).toBe(3);
  });

  it("at any call of a deletion, and of the task behind it", async () => {
    const calls = await killedEverywhere(({ app }, { path, token }, id) =>
      app.delete(`${path}/attachments/${id}`, { token }),
    );
    expect(calls).toBeGreaterThanOrEqual(4);
  });

  it("at any call of the purge of an item, and of the task behind it", async () => {
    await killedEverywhere(async ({ own }, { id }) => {
      await db.execute(sql`update items set deleted_at = now() - interval '1 year' where id = ${id}`);
      for (const task of [...purgeDeleted, purgeAttachments]) await perform(task, { bindings: own });
    });
  });
});

describe("the objects of a user who is gone", () => {
  it("are removed before the account counts as purged", async () => {
    const { item, id } = await anAttachment();
    const pending = mortal(2, "after");
    await attach(item, png(), { app: pending.app });
    vi.restoreAllMocks();
    await db.execute(sql`update users set deleted_at = now() - interval '1 year' where id = ${item.ownerId}`);
    const isPurged = async () => {
      const { rows } = await db.execute(sql`select from users where id = ${item.ownerId} and purged_at is not null`);
      return rows.length === 1;
    };
    await perform(purgeUsers);
    expect(await isPurged()).toBe(false);
    await sweepLater(item.ownerId);
    expect(await remainsOf(item.ownerId, [id])).toStrictEqual({ rows: [], objects: [] });
    await perform(purgeUsers);
    expect(await isPurged()).toBe(true);
  });
});

describe("an upload that is under way", () => {
  it("is left alone by the task, even if its item is purged meanwhile, and removes its object itself if it was given up", async () => {
    const { ownerId, ...item } = await anItem();
    const swept: number[] = [];
    const put = async (key: string, body: ReadableStream) => {
      await perform(purgeAttachments);
      swept.push(await db.$count(attachments, eq(attachments.owner_id, ownerId)));
      await db.execute(sql`delete from items where id = ${item.id}`);
      await perform(purgeAttachments);
      swept.push(await db.$count(attachments, eq(attachments.owner_id, ownerId)));
      return bucket.put(key, body);
    };
    const BUCKET = { put, delete: (keys: string[]) => bucket.delete(keys) };
    const answer = await attach(item, png(), { app: serve({ bindings: { ...bindings, BUCKET } }) });
    expect([answer.status, swept]).toStrictEqual([404, [1, 1]]);
    await sweepLater(ownerId);
    expect(await remainsOf(ownerId)).toStrictEqual({ rows: [], objects: [] });
  });
});
