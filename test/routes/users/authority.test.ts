import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditEvents, sessions, users } from "../../../src/db/schema.ts";
import type { Passwords } from "../../../src/security/passwords.ts";
import { aUser, db, quickHash, quickPasswords, serveWithMailbox, unique } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const another = quickHash("an other one");
const admin = await aUser({ role: "admin", password_hash });
const anAccount = () => aUser({ password_hash, email_verified_at: new Date().toISOString() });
const anAddress = () => `${unique("new")}@example.com`;

const app = serveWithMailbox();
const rowOf = async (id: string) => (await db.select().from(users).where(eq(users.id, id)))[0];
const patch = (id: string, json: object) => app.as(admin).patch(`/users/${id}`, json);
const enter = (path: "login" | "restore", username: string, secret = password) =>
  app.post(`/auth/${path}`, { json: { username, password: secret } });
const forgot = (email: string) => app.post("/auth/password/forgot", { json: { email } });
const deleteOwn = (token: string, own = app) =>
  own.post("/users/me/deletion", { token, json: { current_password: password } });

describe("an address that an admin has put in place of another", () => {
  it("gets no link to set a password for three days, with the same answer", async () => {
    const [user, email] = [await anAccount(), anAddress()];
    await forgot(user.email);
    const before = app.tokenFor(user.email);
    expect((await patch(user.id, { email })).status).toBe(200);
    const heldFor = sql<number>`extract(epoch from reset_held_until - now()) / 3600`;
    const [held] = await db.select({ hours: heldFor }).from(users).where(eq(users.id, user.id));
    expect(Number(held?.hours)).toBeCloseTo(72, 0);
    const sent = app.sent.length;
    for (const address of [email, email.toUpperCase(), user.email]) {
      const [ours, nobodys] = [await forgot(address), await forgot(anAddress())];
      expect([ours.status, ours.text]).toStrictEqual([nobodys.status, nobodys.text]);
    }
    expect(app.sent).toHaveLength(sent);
    const reset = { token: before, password: "an other one" };
    expect((await app.post("/auth/password/reset", { json: reset })).body.code).toBe("invalid_one_time_token");

    await db.execute(
      sql`update users set reset_held_until = reset_held_until - interval '72 hours' where id = ${user.id}`,
    );
    await forgot(email);
    const json = { token: app.tokenFor(email), password: "an other one" };
    expect((await app.post("/auth/password/reset", { json })).status).toBe(204);
  });

  it("is held anew by each change, and not by another spelling of the same one", async () => {
    const user = await anAccount();
    expect((await patch(user.id, { email: user.email.toUpperCase() })).status).toBe(200);
    expect((await rowOf(user.id))?.reset_held_until).toBeNull();
    await patch(user.id, { email: anAddress() });
    await db.update(users).set({ reset_held_until: sql`now() + interval '1 minute'` }).where(eq(users.id, user.id));
    const [email, later] = [anAddress(), Date.now() + 71 * 60 * 60 * 1000];
    await patch(user.id, { email });
    expect(Date.parse((await rowOf(user.id))?.reset_held_until ?? "")).toBeGreaterThan(later);
    const held = (await rowOf(user.id))?.reset_held_until;
    await patch(user.id, { email: email.toUpperCase() });
    expect((await rowOf(user.id))?.reset_held_until).toBe(held);
  });

  it("is taken back by the owner, who still signs in, and is then held no longer", async () => {
    const [user, email] = [await anAccount(), anAddress()];
    await patch(user.id, { email });
    const { access_token: token } = (await enter("login", user.username)).body;
    const change = { email: user.email, current_password: password };
    expect((await app.post("/users/me/email", { token, json: change })).status).toBe(202);
    const confirm = { token: app.tokenFor(user.email) };
    expect((await app.post("/auth/email/confirm", { json: confirm })).status).toBe(204);
    expect(await rowOf(user.id)).toMatchObject({ email: user.email, reset_held_until: null });
  });
});

describe("an admin's own address", () => {
  it.each([
    ["/users/me", () => "/users/me"],
    ["their id", (id: string) => `/users/${id}`],
    ["their id in capitals", (id: string) => `/users/${id.toUpperCase()}`],
  ])("is not theirs to change by %s: 403, and nothing is changed or told", async (_what, path) => {
    const own = await aUser({ role: "admin", password_hash });
    const sent = app.sent.length;
    for (const json of [{ email: anAddress() }, { email: anAddress(), full_name: "New", role: "user" }]) {
      const answer = await app.as(own).patch(path(own.id), json);
      expect([answer.status, answer.body.code]).toStrictEqual([403, "forbidden"]);
      expect(answer.body.detail).toContain("POST /users/me/email");
    }
    expect(await rowOf(own.id)).toMatchObject({ email: own.email, full_name: null, role: "admin" });
    expect(await db.select().from(auditEvents).where(eq(auditEvents.user_id, own.id))).toStrictEqual([]);
    expect(app.sent).toHaveLength(sent);
  });
});

it("what admins may not do to themselves is no matter once their session has ended: 401", async () => {
  const own = await aUser({ role: "admin" });
  await db.delete(sessions).where(eq(sessions.id, own.sessionId));
  const answers = [await own.patch(`/users/${own.id}`, { email: anAddress() }), await own.delete(`/users/${own.id}`)];
  for (const { status, body } of answers) expect([status, body.code]).toStrictEqual([401, "invalid_token"]);
});

describe("an account that an admin has deleted", () => {
  it("comes back by an admin alone: to its owner it is as unknown", async () => {
    const user = await anAccount();
    expect((await app.as(admin).delete(`/users/${user.id}`)).status).toBe(204);
    for (const path of ["login", "restore"] as const) {
      for (const login of [user.username, user.email]) {
        const [ours, nobodys] = [await enter(path, login), await enter(path, unique("nobody"))];
        expect([ours.status, ours.body.code]).toStrictEqual([400, "invalid_grant"]);
        expect(ours.body.detail).toBe(nobodys.body.detail);
      }
    }
    expect((await rowOf(user.id))?.deleted_at).not.toBeNull();
    expect((await app.as(admin).post(`/users/${user.id}/restore`)).status).toBe(200);
    expect((await enter("login", user.username)).status).toBe(200);
    // The owner's own later deletion is the owner's to undo.
    const { access_token: token } = (await enter("login", user.username)).body;
    expect((await deleteOwn(token)).status).toBe(204);
    expect((await enter("restore", user.username)).status).toBe(200);
  });
});

describe("an account that its owner has deleted", () => {
  it("can be barred meanwhile, and then comes back by an admin alone, barred", async () => {
    const user = await anAccount();
    expect((await deleteOwn(user.token)).status).toBe(204);
    expect((await enter("login", user.username)).body.code).toBe("account_deleted");
    expect((await patch(user.id, { is_active: false })).status).toBe(200);
    for (const path of ["login", "restore"] as const) {
      expect((await enter(path, user.username)).body.code).toBe("invalid_grant");
    }
    expect((await app.as(admin).post(`/users/${user.id}/restore`)).body).toMatchObject({
      is_active: false,
    });
    expect((await enter("login", user.username)).body.code).toBe("invalid_grant");
    expect((await patch(user.id, { is_active: true })).status).toBe(200);
    expect((await enter("login", user.username)).status).toBe(200);
  });

  it("can be demoted meanwhile, too, and nothing else of it changes", async () => {
    const other = await aUser({ role: "admin", password_hash });
    await deleteOwn(other.token);
    expect((await patch(other.id, { role: "user" })).status).toBe(200);
    for (const json of [{ full_name: "New" }, { email: anAddress() }, { role: "user", username: unique() }]) {
      expect((await patch(other.id, json)).status).toBe(404);
    }
    const { body } = await enter("restore", other.username);
    expect((await app.get("/users/me", { token: body.access_token })).body).toMatchObject({ role: "user" });
  });
});

describe("a deletion against a change of password", () => {
  /** An app that checks a password, and then waits for what happens in between. */
  const interrupted = (between: () => Promise<unknown>) => {
    const hasher = (): Passwords => ({
      ...quickPasswords,
      verify: async (...asked) => {
        const matches = await quickPasswords.verify(...asked);
        await between();
        return matches;
      },
    });
    return serveWithMailbox({ deps: { hasher } });
  };

  it("with a password that was replaced meanwhile deletes nothing, and tells nobody", async () => {
    const user = await anAccount();
    const slow = interrupted(() => db.update(users).set({ password_hash: another }).where(eq(users.id, user.id)));
    const answer = await deleteOwn(user.token, slow);
    expect([answer.status, answer.body.code]).toStrictEqual([403, "wrong_password"]);
    expect((await rowOf(user.id))?.deleted_at).toBeNull();
    expect((await app.as(user).get("/users/me")).status).toBe(200);
    expect(await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id))).toStrictEqual([]);
    expect(slow.sent).toStrictEqual([]);
  });

  it("that came first leaves no way to set a new password", async () => {
    const user = await anAccount();
    const slow = interrupted(() => deleteOwn(user.token));
    const json = { current_password: password, password: "an other one" };
    expect((await slow.as(user).put("/users/me/password", json)).status).toBe(401);
    expect(await rowOf(user.id)).toMatchObject({ password_hash, deleted_by: user.id });
    expect((await enter("restore", user.username)).status).toBe(200);
  });

  it("at once: exactly one of them happens", async () => {
    for (let round = 0; round < 20; round++) {
      const user = await anAccount();
      const json = { current_password: password, password: "an other one" };
      const [deletion, change] = await Promise.all([
        deleteOwn(user.token),
        app.as(user).put("/users/me/password", json),
      ]);
      const row = await rowOf(user.id);
      expect([deletion.status, change.status].filter((status) => status === 204)).toHaveLength(1);
      for (const { status } of [deletion, change]) expect([204, 401, 403]).toContain(status);
      expect(row?.deleted_at === null).toBe(change.status === 204);
      expect(row?.password_hash === password_hash).toBe(change.status !== 204);
    }
  });
});
