import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { attachments } from "../../../src/db/schema.ts";
import { purgeAttachments } from "../../../src/tasks/attachments/purge.ts";
import { api, bindings, db, perform, serve } from "../../harness.ts";
import { holding } from "../../holding.ts";
import { anAttachment, anItem, attach, bucket, png, remainsOf, sha256Of, sweepLater } from "./files.ts";

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

  it("is there for nobody: neither in a list or an export, nor to be read or deleted", async () => {
    const { path, token, ...item } = await anItem();
    const seen: unknown[] = [];
    const put = async (key: string, body: ReadableStream) => {
      const one = `${path}/attachments/${key}`;
      for (const hidden of [one, `${one}/content`]) seen.push((await api.get(hidden, { token })).status);
      seen.push((await api.delete(one, { token })).status);
      seen.push((await api.get(`${path}/attachments`, { token })).body.items);
      seen.push((await api.get("/users/me/export", { token })).body.attachments);
      return bucket.put(key, body);
    };
    const BUCKET = { put, delete: (keys: string[]) => bucket.delete(keys) };
    const app = serve({ bindings: { ...bindings, BUCKET } });
    expect((await attach({ path, token }, png(), { app })).status).toBe(201);
    expect(seen).toStrictEqual([404, 404, 404, [], []]);
    expect((await remainsOf(item.ownerId)).objects).toHaveLength(1);
  });

  it("keeps its file if it is completed just when the task would give it up", async () => {
    const { id, item, token, path } = await anAttachment();
    await db.execute(
      sql`update attachments set sha256 = null, created_at = now() - interval '2 hours' where id = ${id}`,
    );
    const completing = await holding(sql`update attachments set sha256 = ${sha256Of(png())} where id = ${id}::uuid`);
    const sweep = perform(purgeAttachments);
    await completing.meets(sweep);
    await completing.release();
    await sweep;
    expect((await serve().get(path, { token })).status).toBe(200);
    expect((await remainsOf(item.ownerId)).objects).toStrictEqual([id]);
  });
});
