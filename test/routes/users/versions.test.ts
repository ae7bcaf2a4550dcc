import { and, desc, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditEvents, sessions } from "../../../src/db/schema.ts";
import { api, aUser, bindings, db, serve, unique } from "../../harness.ts";

const admin = await aUser({ role: "admin" });
const ifMatch = (etag: string) => ({ headers: { "If-Match": etag } });

describe("GET /users/me and /users/{id}", () => {
  it("have a strong ETag, and answer 304 to whoever has that version", async () => {
    const ada = await aUser();
    for (const path of ["/users/me", `/users/${ada.id}`]) {
      const etag = (await ada.get(path)).headers.get("ETag") ?? "";
      expect(etag).toBe('"1"');
      for (const known of [etag, `W/${etag}`, "*"]) {
        const answer = await ada.get(path, { headers: { "If-None-Match": known } });
        expect(answer.status).toBe(304);
        expect(answer.headers.get("ETag")).toBe(etag);
      }
      expect((await ada.get(path, { headers: { "If-None-Match": '"2"' } })).status).toBe(200);
    }
  });

  it("have the one that a sign-up, a change and a restore told", async () => {
    const username = unique();
    const json = { username, email: `${username}@example.com`, password: "correct horse battery" };
    const made = await api.post("/users", { json });
    expect(made.headers.get("ETag")).toBe('"1"');
    const path = `/users/${made.body.id}`;
    const changed = await admin.patch(path, { full_name: "New" });
    expect(changed.headers.get("ETag")).toBe('"2"');
    await admin.delete(path);
    const restored = await admin.post(`${path}/restore`);
    expect((await admin.get(path)).headers.get("ETag")).toBe(restored.headers.get("ETag"));
  });
});

describe("promise 18: If-Match on users", () => {
  it("lets the current version be changed, and no other", async () => {
    const ada = await aUser();
    for (const path of ["/users/me", `/users/${ada.id}`]) {
      for (const stale of ['"0"', '"9"', 'W/"2"', '"garbage"']) {
        const answer = await api.patch(path, { token: ada.token, json: { full_name: "x" }, ...ifMatch(stale) });
        expect(answer.status, stale).toBe(412);
        expect(answer.body).toMatchObject({ code: "precondition_failed" });
        expect(answer.body.errors).toBeUndefined();
      }
    }
    expect(
      (await api.patch("/users/me", { token: ada.token, json: { full_name: "x" }, ...ifMatch('"1"') })).status,
    ).toBe(200);
    expect((await api.patch("/users/me", { token: ada.token, json: { full_name: "y" }, ...ifMatch("*") })).status).toBe(
      200,
    );
    for (const [etag, status] of [
      ['"2"', 412],
      ['"3"', 204],
    ] as const) {
      expect((await api.delete(`/users/${ada.id}`, { token: admin.token, ...ifMatch(etag) })).status).toBe(status);
    }
  });

  it("is evaluated by a read too, and If-None-Match by a change", async () => {
    const ada = await aUser();
    for (const path of ["/users/me", `/users/${ada.id}`]) {
      expect((await api.get(path, { token: ada.token, ...ifMatch('"1"') })).status).toBe(200);
      expect((await api.get(path, { token: ada.token, ...ifMatch('"2"') })).status).toBe(412);
      const unless = { token: ada.token, headers: { "If-None-Match": '"1"' } };
      expect((await api.patch(path, { ...unless, json: { full_name: "x" } })).status).toBe(412);
    }
    const unless = { token: admin.token, headers: { "If-None-Match": "*" } };
    expect((await api.delete(`/users/${ada.id}`, unless)).status).toBe(412);
  });

  it("holds of a deleted user whom an admin bars", async () => {
    const { id } = await aUser();
    expect((await admin.delete(`/users/${id}`)).status).toBe(204);
    const bar = (etag: string) =>
      api.patch(`/users/${id}`, { token: admin.token, json: { is_active: false }, ...ifMatch(etag) });
    expect([(await bar('"1"')).status, (await bar('"2"')).status]).toStrictEqual([412, 200]);
    const rename = { token: admin.token, json: { full_name: "x" }, ...ifMatch('"1"') };
    expect((await api.patch(`/users/${id}`, rename)).status).toBe(404);
  });

  it("of a stale one, an admin's change leaves nothing behind", async () => {
    const { id, email, sessionId } = await aUser();
    const json = { is_active: false, role: "admin", email: `new-${email}` };
    const answer = await api.patch(`/users/${id}`, { token: admin.token, json, ...ifMatch('"2"') });
    expect(answer.status).toBe(412);
    expect((await api.delete(`/users/${id}`, { token: admin.token, ...ifMatch('"2"') })).status).toBe(412);
    expect(await db.select().from(auditEvents).where(eq(auditEvents.user_id, id))).toStrictEqual([]);
    const [session] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
    expect(session?.revoked_at).toBeNull();
    expect((await api.patch(`/users/${id}`, { token: admin.token, json, ...ifMatch('"1"') })).body).toMatchObject(json);
    const kinds = await db.select().from(auditEvents).where(eq(auditEvents.user_id, id)).orderBy(desc(auditEvents.id));
    expect(kinds).toHaveLength(3);
  });

  it("tells a stranger no more than that there is nobody", async () => {
    const [{ id }, stranger] = [await aUser(), await aUser()];
    for (const etag of ['"1"', '"9"']) {
      const init = { token: stranger.token, json: { full_name: "x" }, ...ifMatch(etag) };
      expect((await api.patch(`/users/${id}`, init)).status).toBe(404);
      expect((await api.delete(`/users/${id}`, { token: stranger.token, ...ifMatch(etag) })).status).toBe(403);
    }
  });

  it("can be required", async () => {
    const strict = serve({ bindings: { ...bindings, REQUIRE_IF_MATCH: "true" } });
    const ada = await aUser();
    for (const path of ["/users/me", `/users/${ada.id}`]) {
      expect((await strict.as(ada).patch(path, { full_name: "x" })).status).toBe(428);
    }
    expect((await strict.as(admin).delete(`/users/${ada.id}`)).status).toBe(428);
  });

  it.each(["full_name", "email"])(
    "of fifty writers of %s with the same one, one wins and the rest get 412",
    async (field) => {
      const { id } = await aUser();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          api.patch(`/users/${id}`, {
            token: admin.token,
            json: { [field]: `${unique()}-${i}@example.com` },
            ...ifMatch('"1"'),
          }),
        ),
      );
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(49);
      expect((await admin.get(`/users/${id}`)).body).toStrictEqual(winners[0]?.body);
      const isWanted = and(eq(auditEvents.user_id, id), eq(auditEvents.kind, "email.changed"));
      const events = await db.select().from(auditEvents).where(isWanted);
      expect(events).toHaveLength(field === "email" ? 1 : 0);
    },
  );
});
