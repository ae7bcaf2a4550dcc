import { eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { tasks, throttles } from "../../../src/db/schema.ts";
import { purgeAttachments } from "../../../src/tasks/attachments/purge.ts";
import { removeAttachment } from "../../../src/tasks/attachments/remove.ts";
import { api, aUser, bindings, db, perform, serve } from "../../harness.ts";
import { anAttachment, anItem, attach, bucket, png, remainsOf, sha256Of } from "./files.ts";

/** The file itself, as a client gets it. */
async function download(path: string, token: string): Promise<Uint8Array> {
  const request = new Request(`https://api.example.com/api/v1${path}/content`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  return new Uint8Array(await (await api.fetch(request)).arrayBuffer());
}

describe("an attachment", () => {
  it("is stored byte by byte, and tells its size and its digest", async () => {
    const item = await anItem();
    const bytes = png(10_000);
    const answer = await attach(item, bytes, { name: "Plan A.png" });
    expect([answer.status, answer.roundTrips]).toStrictEqual([201, 2]);
    const { id, ...told } = answer.body;
    const about = { item_id: item.id, name: "Plan A.png", type: "image/png", size: 10_000, sha256: sha256Of(bytes) };
    expect(told).toStrictEqual({ ...about, created_at: expect.any(String) });
    expect(answer.headers.get("Location")).toBe(`/api/v1/items/${item.id}/attachments/${id}`);
    const path = `${item.path}/attachments/${id}`;
    expect((await api.get(path, { token: item.token })).body).toStrictEqual(answer.body);
    expect((await api.get(`${item.path}/attachments`, { token: item.token })).body.items).toStrictEqual([answer.body]);
    expect(await download(path, item.token)).toStrictEqual(bytes);
    expect((await api.get("/users/me/export", { token: item.token })).body.attachments).toStrictEqual([answer.body]);
  });

  it("of 10 MB passes", async () => {
    const item = await anItem();
    const bytes = png(10_000_000);
    const { body } = await attach(item, bytes);
    expect(body).toMatchObject({ size: 10_000_000, sha256: sha256Of(bytes) });
    expect(sha256Of(await download(`${item.path}/attachments/${body.id}`, item.token))).toBe(body.sha256);
  });

  it("is removed with its object right after it was deleted, and once", async () => {
    const { id, item, path, token } = await anAttachment();
    await api.tasks();
    expect((await api.delete(path, { token })).status).toBe(204);
    expect(await remainsOf(item.ownerId, [id])).toStrictEqual({ rows: [], objects: [] });
    const gone = [
      await api.delete(path, { token }),
      await api.get(path, { token }),
      await api.get(`${path}/content`, { token }),
    ];
    expect(gone.map(({ status }) => status)).toStrictEqual([404, 404, 404]);
  });

  it("is deleted once, also while the bucket cannot be reached, and removed when it can", async () => {
    const down = () => Promise.reject(new Error("R2 is down"));
    const app = serve({ bindings: { ...bindings, BUCKET: { delete: down } } });
    const { id, item, path, token } = await anAttachment();
    expect((await app.delete(path, { token })).status).toBe(204);
    const before = app.logs.length;
    expect((await app.delete(path, { token })).status).toBe(404);
    expect(app.logs.slice(before).filter(({ level }) => level !== "info")).toStrictEqual([]);
    expect(await remainsOf(item.ownerId)).toStrictEqual({ rows: [id], objects: [id] });
    await perform(purgeAttachments);
    expect(await remainsOf(item.ownerId, [id])).toStrictEqual({ rows: [], objects: [] });
    // Ends the rest that the outage gave to all tasks of the name.
    await db.delete(throttles).where(eq(throttles.key, `rest:${removeAttachment.name}`));
    await db.delete(tasks).where(eq(tasks.name, removeAttachment.name));
  });

  it("is there while its item can be restored, for nobody to see", async () => {
    const { item, path, token } = await anAttachment();
    await api.delete(item.path, { token });
    for (const one of [path, `${path}/content`, `${item.path}/attachments`]) {
      expect((await api.get(one, { token })).status).toBe(404);
    }
    expect((await attach(item)).status).toBe(404);
    await api.post(`${item.path}/restore`, { token });
    expect((await api.get(path, { token })).status).toBe(200);
  });

  it("promise 11: is missing to a stranger, also under an item of theirs, and there for an admin", async () => {
    const { id, item, path } = await anAttachment();
    const [own, admin] = [await anItem(), await aUser({ role: "admin" })];
    const headers = { "X-Request-Id": "same" };
    const ask = async (path: string) => {
      const { status, text } = await api.get(path, { token: own.token, headers });
      return [status, text];
    };
    const missing = await ask(`${own.path}/attachments/${uuidv7()}`);
    expect(missing[0]).toBe(404);
    for (const one of [path, `${own.path}/attachments/${id}`, `${item.path}/attachments`]) {
      expect(await ask(one)).toStrictEqual(missing);
    }
    expect(await ask(`${path}/content`)).toStrictEqual(missing);
    expect((await api.delete(`${own.path}/attachments/${id}`, { token: own.token })).status).toBe(404);
    const [theirs, nobodys] = [
      await attach({ path: item.path, token: own.token }, png(), { headers }),
      await attach({ path: `/items/${uuidv7()}`, token: own.token }, png(), { headers }),
    ];
    expect([theirs.status, theirs.text]).toStrictEqual([404, nobodys.text]);
    expect((await api.get(path, { token: admin.token })).status).toBe(200);
    const byAdmin = await attach({ path: item.path, token: admin.token });
    expect(byAdmin.status).toBe(201);
    expect((await remainsOf(item.ownerId)).rows).toContain(byAdmin.body.id);
  });

  it("may have a type with a charset, which says nothing of bytes", async () => {
    const headers = { "Content-Type": "image/png; charset=binary" };
    const { status, body } = await attach(await anItem(), png(), { headers });
    expect([status, body.type]).toStrictEqual([201, "image/png"]);
  });

  it("leaves nothing behind if it is not what it says, or is too long", async () => {
    const item = await anItem();
    const digest = `sha-512=:AAAA:, sha-256=:${Buffer.from(sha256Of(png(9)), "hex").toString("base64")}:`;
    const refused = [
      await attach(item, new TextEncoder().encode("<svg onload=alert(1)>"), { name: "a.png" }),
      await attach(item, png(), { headers: { "Content-Type": "image/jpeg" } }),
      await attach(item, png(), { headers: { "Content-Type": "image/svg+xml" } }),
      await attach(item, png(25_000_001)),
      await attach(item, png(), { headers: { "Repr-Digest": digest } }),
      await attach(item, new Uint8Array()),
      await attach(item, png(), { name: "" }),
    ];
    expect(refused.map(({ status }) => status)).toStrictEqual([415, 415, 415, 413, 422, 415, 422]);
    const [unknown, other] = refused.map(({ body }) => body.errors?.[0]);
    expect(unknown).toMatchObject({
      loc: ["body"],
      type: "invalid_value",
      ctx: { values: expect.arrayContaining(["image/png"]) },
    });
    expect(other).toMatchObject({ loc: ["header", "Content-Type"], msg: 'Must be "image/png"' });
    expect(await remainsOf(item.ownerId)).toStrictEqual({ rows: [], objects: [] });
  });

  it("answers 503 while the bucket cannot be reached, and 404 for an object that somebody took away, which is logged", async () => {
    const down = () => Promise.reject(new Error("R2 is down"));
    const BUCKET = { put: down, get: down, delete: down };
    const app = serve({ mayFail: true, bindings: { ...bindings, BUCKET } });
    const { id, item, path, token } = await anAttachment();
    for (const answer of [await attach(item, png(), { app }), await app.get(`${path}/content`, { token })]) {
      expect([answer.status, answer.body.code]).toStrictEqual([503, "storage_unavailable"]);
      expect(answer.headers.get("Retry-After")).toBe("5");
      expect(answer.text).not.toContain("R2");
    }
    await bucket.delete(id);
    const whole = serve({ bindings });
    expect((await whole.get(`${path}/content`, { token })).status).toBe(404);
    expect(whole.logs).toContainEqual(
      expect.objectContaining({ level: "warn", message: "request", cause: { error: "the file has no bytes" } }),
    );
  });

  it("is at a path that is not there while files are switched off", async () => {
    const { path, token } = await anAttachment();
    const app = serve({ bindings: { ...bindings, FILES: "off" } });
    expect((await app.get(path, { token })).body.detail).toBe("There is nothing at this path.");
  });
});

describe("the room for files", () => {
  const mebibyte = serve({ bindings: { ...bindings, FILES_MIB_PER_USER: "1" } });

  it("is counted in bytes, over all items of an owner, and free again when a file is gone", async () => {
    const item = await anItem();
    const other = {
      ...item,
      path: `/items/${(await api.post("/items", { token: item.token, json: { title: "t" } })).body.id}`,
    };
    const half = 2 ** 19;
    const first = await attach(item, png(half), { app: mebibyte });
    expect((await attach(other, png(half + 1), { app: mebibyte })).body.code).toBe("quota_exceeded");
    expect((await attach(other, png(half), { app: mebibyte })).status).toBe(201);
    expect((await attach(other, png(10), { app: mebibyte })).status).toBe(409);
    await api.delete(`${item.path}/attachments/${first.body.id}`, { token: item.token });
    await api.tasks();
    expect((await attach(other, png(half), { app: mebibyte })).status).toBe(201);
  });

  it("is not exceeded by uploads at once", async () => {
    const item = await anItem();
    const answers = await Promise.all(Array.from({ length: 6 }, () => attach(item, png(2 ** 19), { app: mebibyte })));
    expect(answers.map(({ status }) => status).toSorted()).toStrictEqual([201, 201, 409, 409, 409, 409]);
    const { rows, objects } = await remainsOf(item.ownerId);
    expect([rows.length, objects]).toStrictEqual([2, rows]);
  });

  it("has as many rows as any other resource", async () => {
    const item = await anItem();
    const one = serve({ bindings: { ...bindings, ROWS_PER_OWNER: "1" } });
    const answers = [await attach(item, png(), { app: one }), await attach(item, png(), { app: one })];
    expect(answers.map(({ status }) => status)).toStrictEqual([201, 409]);
    const unbounded = serve({ bindings: { ...bindings, ROWS_PER_OWNER: "0" } });
    expect((await attach(item, png(), { app: unbounded })).status).toBe(201);
  });
});
