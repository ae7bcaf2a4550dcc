import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditEvents, sessions, users } from "../../../src/db/schema.ts";
import { type Answer, aUser, db, quickHash, serve, unique } from "../../harness.ts";
import { holding } from "../../holding.ts";

const api = serve();
const password = "correct horse battery";
const password_hash = quickHash(password);
const admin = await aUser({ role: "admin" });

const signIn = async (username: string) => (await api.post("/auth/login", { json: { username, password } })).body;
const works = async (token: string) => (await api.get("/users/me", { token })).status === 200;
const eventsOf = async (userId: string) => {
  const rows = await db.select().from(auditEvents).where(eq(auditEvents.user_id, userId)).orderBy(auditEvents.id);
  return rows.map(({ kind, actor_id }) => [kind, actor_id]);
};
const change = (id: string, json: object) => api.as(admin).patch(`/users/${id}`, json);
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString();

describe("promise 2: deactivation", () => {
  it("ends the sessions: to be activated again revives no token", async () => {
    const user = await aUser({ password_hash });
    const { access_token, refresh_token } = await signIn(user.username);
    expect((await change(user.id, { is_active: false })).status).toBe(200);
    expect(await works(access_token)).toBe(false);
    expect((await change(user.id, { is_active: true })).status).toBe(200);
    expect(await works(access_token)).toBe(false);
    expect(await works(user.token)).toBe(false);
    expect((await api.post("/auth/refresh", { json: { refresh_token } })).status).toBe(400);
    expect(await works((await signIn(user.username)).access_token)).toBe(true);
  });
});

describe("promise 24: a change by an admin is written down", () => {
  it("once, where it really changes, with who did it", async () => {
    const user = await aUser();
    for (const json of [
      { role: "user" },
      { is_active: true },
      { full_name: "New" },
      { role: "user", is_active: true },
    ]) {
      expect((await change(user.id, json)).status).toBe(200);
    }
    expect(await eventsOf(user.id)).toStrictEqual([]);
    await change(user.id, { role: "admin", is_active: false });
    await change(user.id, { role: "admin", is_active: false });
    await change(user.id, { is_active: true, email: user.email.toUpperCase() });
    await change(user.id, { email: `new.${user.email}` });
    expect((await eventsOf(user.id)).toSorted()).toStrictEqual(
      [
        ["account.role_changed", admin.id],
        ["account.deactivated", admin.id],
        ["account.activated", admin.id],
        ["email.changed", admin.id],
        ["email.verification_requested", admin.id],
      ].toSorted(),
    );
  });

  it("once, however many change it at once", async () => {
    const user = await aUser();
    /** All of them have begun before the first can go on. */
    const fifty = async (call: () => Promise<Answer>) => {
      const held = await holding(sql`select from users where id = ${user.id} for update`);
      const calls = Array.from({ length: 50 }, call);
      await held.meets(...calls);
      await held.release();
      return Promise.all(calls);
    };
    const answers = await fifty(() => change(user.id, { role: "admin" }));
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([200]));
    expect(await eventsOf(user.id)).toStrictEqual([["account.role_changed", admin.id]]);
    const removals = await fifty(() => api.as(admin).delete(`/users/${user.id}`));
    expect(removals.filter(({ status }) => status === 204)).toHaveLength(1);
    expect((await eventsOf(user.id)).filter(([kind]) => kind === "account.deleted")).toHaveLength(1);
  });

  it("in the log too, unless it was refused", async () => {
    const api = serve();
    const [user, other] = [await aUser(), await aUser()];
    await api.as(other).patch(`/users/${user.id}`, { role: "admin" });
    await api.as(other).delete(`/users/${user.id}`);
    await api.as(admin).patch(`/users/${user.id}`, { role: "user" });
    expect(api.logs.filter((entry) => entry.events !== undefined)).toStrictEqual([]);
    await api.as(admin).patch(`/users/${user.id}`, { role: "admin" });
    expect(api.logs.at(-1)).toMatchObject({ events: [{ kind: "account.role_changed", user_id: user.id }] });
  });
});

describe("promise 2: an admin who is demoted while a change waits for its row", () => {
  it.each([
    ["PATCH", "", { full_name: "Late", role: "admin" }],
    ["PATCH", "", { is_active: false }],
    ["DELETE", "", undefined],
    ["DELETE", "/sessions", undefined],
    ["POST", "/restore", undefined],
  ])("is refused, and leaves nothing behind: %s /users/{id}%s %j", async (method, path, json) => {
    const isRestoring = path === "/restore";
    const user = await aUser({ deleted_at: isRestoring ? daysAgo(1) : null });
    const late = await aUser({ role: "admin" });
    const rows = () =>
      db.select().from(users).innerJoin(sessions, eq(sessions.user_id, users.id)).where(eq(users.id, user.id));
    const before = await rows();
    const held = await holding(
      sql`select from users where id = ${user.id} for update`,
      sql`select from sessions where user_id = ${user.id} for update`,
    );
    const call = api.call(method, `/users/${user.id}${path}`, { token: late.token, json });
    await held.meets(call);
    await db.update(users).set({ role: "user" }).where(eq(users.id, late.id));
    await held.release();
    const answer = await call;
    expect([answer.status, answer.body.code]).toStrictEqual([403, "forbidden"]);
    expect(await rows()).toStrictEqual(before);
    expect(await eventsOf(user.id)).toStrictEqual([]);
  });

  it("is refused, too, where it waits for a session after the account itself", async () => {
    const [user, late] = [await aUser(), await aUser({ role: "admin" })];
    const held = await holding(sql`select from sessions where user_id = ${user.id} for update`);
    const call = late.delete(`/users/${user.id}`);
    await held.meets(call);
    await db.update(users).set({ role: "user" }).where(eq(users.id, late.id));
    await held.release();
    expect((await call).body.code).toBe("forbidden");
    expect(await works(user.token)).toBe(true);
  });

  it("cannot give themselves the role again", async () => {
    const late = await aUser({ role: "admin" });
    const held = await holding(sql`update users set role = 'user' where id = ${late.id}`);
    const call = late.patch(`/users/${late.id}`, { role: "admin" });
    await held.meets(call);
    await held.release();
    expect((await call).body.code).toBe("forbidden");
    expect((await late.get("/users/me")).body.role).toBe("user");
  });

  it("changes nothing of their own account where that was deleted meanwhile", async () => {
    const late = await aUser({ role: "admin" });
    const held = await holding(
      sql`update users set deleted_at = now(), deleted_by = ${admin.id} where id = ${late.id}`,
    );
    const call = late.patch(`/users/${late.id}`, { role: "user" });
    await held.meets(call);
    await held.release();
    expect((await call).body.code).toBe("invalid_token");
    const [row] = await db.select().from(users).where(eq(users.id, late.id));
    expect(row?.role).toBe("admin");
    expect(await eventsOf(late.id)).toStrictEqual([]);
  });
});

describe("DELETE /users/{id}/sessions", () => {
  it("signs a user out everywhere, and writes it down once", async () => {
    const user = await aUser({ password_hash });
    const { access_token, refresh_token } = await signIn(user.username);
    for (const _ of [1, 2]) {
      expect((await api.as(admin).delete(`/users/${user.id}/sessions`)).status).toBe(204);
    }
    for (const token of [user.token, access_token]) expect(await works(token)).toBe(false);
    expect((await api.post("/auth/refresh", { json: { refresh_token } })).status).toBe(400);
    expect((await eventsOf(user.id)).filter(([kind]) => kind === "sessions.ended")).toStrictEqual([
      ["sessions.ended", admin.id],
    ]);
  });

  it("is an admin's, and 404 for nobody and for a deleted user", async () => {
    const [user, deleted] = [await aUser(), await aUser({ deleted_at: daysAgo(0) })];
    expect((await api.as(user).delete(`/users/${admin.id}/sessions`)).status).toBe(403);
    expect(await works(admin.token)).toBe(true);
    for (const id of [deleted.id, crypto.randomUUID()]) {
      expect((await api.as(admin).delete(`/users/${id}/sessions`)).status).toBe(404);
    }
  });
});

describe("a session that its user ends", () => {
  it("is written down once, by either token, and in the log", async () => {
    const api = serve();
    const user = await aUser({ password_hash });
    const { refresh_token } = await signIn(user.username);
    for (const _ of [1, 2]) await api.post("/auth/logout", { json: { refresh_token } });
    for (const _ of [1, 2]) await api.as(user).delete("/auth/sessions");
    const second = await signIn(user.username);
    await api.delete("/auth/sessions", { token: second.access_token });
    const ended = (await eventsOf(user.id)).filter(([kind]) => kind?.endsWith(".ended"));
    expect(ended).toStrictEqual([
      ["session.ended", null],
      ["sessions.ended", user.id],
    ]);
    const logged = api.logs.flatMap(({ events }) => events ?? []);
    expect(logged).toStrictEqual(ended.map(([kind]) => ({ kind, user_id: user.id })));
  });
});

describe("POST /users/{id}/restore", () => {
  const restore = (id: string, token = admin.token) => api.post(`/users/${id}/restore`, { token });

  it("brings a deleted user back, without their old sessions", async () => {
    const user = await aUser({ password_hash });
    const { access_token } = await signIn(user.username);
    await api.post("/users/me/deletion", { token: access_token, json: { current_password: password } });
    expect(await works(user.token)).toBe(false);
    const answer = await restore(user.id);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: user.id, email: user.email });
    for (const token of [user.token, access_token]) expect(await works(token)).toBe(false);
    expect(await works((await signIn(user.username)).access_token)).toBe(true);
    expect(await eventsOf(user.id)).toStrictEqual([
      ["sign_in.succeeded", null],
      ["account.deleted", user.id],
      ["account.restored", admin.id],
      ["sign_in.succeeded", null],
    ]);
  });

  it("answers 404 for an unknown user, a purged one and one beyond the grace", async () => {
    const gone = { deleted_at: daysAgo(1) };
    const ids = [
      crypto.randomUUID(),
      (await aUser({ ...gone, purged_at: daysAgo(0) })).id,
      (await aUser({ ...gone, password_hash: "" })).id,
      (await aUser({ deleted_at: daysAgo(30.01) })).id,
    ];
    for (const id of ids) expect((await restore(id)).status).toBe(404);
    expect((await restore((await aUser({ deleted_at: daysAgo(29.9) })).id)).status).toBe(200);
  });

  it("answers 409 where a name was taken meanwhile, and changes nothing", async () => {
    const deleted = await aUser({ deleted_at: daysAgo(1) });
    const heir = await aUser({ email: deleted.email.toUpperCase() });
    expect((await restore(deleted.id)).body.code).toBe("email_taken");
    await db
      .update(users)
      .set({ email: `${unique()}@example.com`, username: deleted.username })
      .where(eq(users.id, heir.id));
    const answer = await restore(deleted.id);
    expect(answer.status).toBe(409);
    expect(answer.body.code).toBe("username_taken");
    expect(await eventsOf(deleted.id)).toStrictEqual([]);
  });

  it("is an admin's", async () => {
    const deleted = await aUser({ deleted_at: daysAgo(1) });
    expect((await restore(deleted.id, (await aUser()).token)).status).toBe(403);
  });
});

describe("a user whom an admin has deleted", () => {
  const enter = (path: string, username: string) => api.post(path, { json: { username, password } });

  it("does not come back by themselves", async () => {
    const user = await aUser({ password_hash });
    expect((await api.as(admin).delete(`/users/${user.id}`)).status).toBe(204);
    for (const path of ["/auth/restore", "/auth/login"]) {
      expect((await enter(path, user.username)).body.code).toBe("invalid_grant");
    }
    expect((await api.as(admin).post(`/users/${user.id}/restore`)).status).toBe(200);
    expect((await enter("/auth/login", user.username)).status).toBe(200);
  });

  it("comes back without their old sessions", async () => {
    const user = await aUser();
    expect((await api.as(admin).delete(`/users/${user.id}`)).status).toBe(204);
    expect((await api.as(admin).post(`/users/${user.id}/restore`)).status).toBe(200);
    expect(await works(user.token)).toBe(false);
  });

  it("can be barred and demoted, as can whoever deleted themselves, and nothing else of them be changed", async () => {
    const user = await aUser({ password_hash, role: "admin", deleted_at: daysAgo(1) });
    for (const json of [{ email: `${unique()}@example.com` }, { full_name: "Gone", is_active: false }]) {
      expect((await change(user.id, json)).status).toBe(404);
    }
    for (const json of [{ role: "user" }, { is_active: false }]) expect((await change(user.id, json)).status).toBe(200);
    expect((await enter("/auth/restore", user.username)).body.code).toBe("invalid_grant");
    const purged = await aUser({ deleted_at: daysAgo(1), purged_at: daysAgo(0) });
    expect((await change(purged.id, { is_active: false })).status).toBe(404);
  });
});

describe("an admin", () => {
  it("can neither set a password nor read a hash", async () => {
    const user = await aUser({ password_hash });
    for (const field of ["password", "password_hash", "email_verified_at", "deleted_at", "purged_at"]) {
      expect((await change(user.id, { [field]: "correct horse" })).status, field).toBe(422);
    }
    const answers = [
      await api.as(admin).get(`/users/${user.id}`),
      await api.as(admin).get(`/users?q=${user.username}`),
      await change(user.id, { full_name: "New" }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.text).not.toMatch(/hash|scrypt|password/);
    }
    const [row] = await db.select().from(users).where(eq(users.id, user.id));
    expect(row?.password_hash).toBe(password_hash);
  });
});

describe("the trail", () => {
  it("is append-only", async () => {
    const user = await aUser();
    await change(user.id, { role: "admin" });
    const attempts = [
      sql`update audit_events set kind = 'x' where user_id = ${user.id}`,
      sql`delete from audit_events where user_id = ${user.id}`,
      sql`truncate audit_events`,
    ];
    for (const attempt of attempts) {
      // Rolls back an attempt that is not refused.
      const error = await db.batch([db.execute(attempt), db.execute(sql`select 1 / 0`)]).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: "PT405" });
    }
    expect(await eventsOf(user.id)).toHaveLength(1);
  });
});
