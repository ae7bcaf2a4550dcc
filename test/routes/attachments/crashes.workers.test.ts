/** On Workers alone: kills the app at its calls to Neon, and those to the bucket. Node has no such calls. */
import { sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { purgeAttachments } from "../../../src/tasks/attachments/purge.ts";
import { purgeDeleted } from "../../../src/tasks/purge-deleted.ts";
import { purgeUsers } from "../../../src/tasks/purge-users.ts";
import { bindings, db, perform, serve } from "../../harness.ts";
import { type AnItem, anAttachment, attach, bucket, png, remainsOf, sweepLater as sweep } from "./files.ts";

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

async function sweepLater(ownerId: string): Promise<void> {
  vi.restoreAllMocks();
  await sweep(ownerId);
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
