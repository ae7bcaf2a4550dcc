import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { attachments } from "../../../src/db/schema.ts";
import { purgeAttachments } from "../../../src/tasks/attachments/purge.ts";
import { bindings, db, perform, serve } from "../../harness.ts";
import { anItem, attach, bucket, png, remainsOf, sweepLater } from "./files.ts";

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
