import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { UserValues } from "../../../src/crud/users.ts";
import { auditEvents, users } from "../../../src/db/schema.ts";
import { api, aUser, bindings, db, quickHash, quickPasswords, serve, unique } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString();
const deleted = (values: Partial<UserValues> = {}) => aUser({ password_hash, deleted_at: daysAgo(1), ...values });

const login = (username: string, secret = password) =>
  api.post("/auth/login", { json: { username, password: secret }, headers: { "X-Request-Id": "same" } });
const restore = (username: string, secret = password) =>
  api.post("/auth/restore", { json: { username, password: secret }, headers: { "X-Request-Id": "same" } });

describe("signing in to a deleted account", () => {
  it("offers to restore it, but only after the right password", async () => {
    const user = await deleted();
    const answer = await login(user.username);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: "account_deleted", error: "invalid_grant" });
    expect(answer.body.detail).toContain("/auth/restore");
    expect(answer.roundTrips).toBe(2);
    expect((await db.select().from(users).where(eq(users.id, user.id)))[0]?.deleted_at).not.toBeNull();
  });

  it("promise 6: is otherwise as to an account that is unknown", async () => {
    const user = await deleted();
    const nobody = unique("nobody");
    for (const [ours, theirs] of [
      [await login(user.username, "wrong password"), await login(nobody)],
      [await restore(user.username, "wrong password"), await restore(nobody)],
    ] as const) {
      expect(ours.body.code).toBe("invalid_grant");
      expect(ours.text).toBe(theirs.text);
      expect([...ours.headers.keys()]).toStrictEqual([...theirs.headers.keys()]);
    }
  });

  it("never comes before the live account of that name, and prefers the one deleted last", async () => {
    const [older, newer] = [await deleted({ deleted_at: daysAgo(3) }), await deleted({ deleted_at: daysAgo(2) })];
    await db.update(users).set({ email: older.email }).where(eq(users.id, newer.id));
    const { body } = await restore(older.email);
    expect((await api.get("/users/me", { token: body.access_token })).body.id).toBe(newer.id);
    expect((await login(older.email)).status).toBe(200);
    const taken = await restore(older.username);
    expect(taken.status).toBe(409);
    expect(taken.body.code).toBe("email_taken");
    const [gone, heir] = [await deleted(), await aUser()];
    await db.update(users).set({ username: gone.username }).where(eq(users.id, heir.id));
    const named = await restore(gone.email);
    expect([named.status, named.body.code]).toStrictEqual([409, "username_taken"]);
    // The username of a sign-in is not one to be taken.
    expect(named.body).not.toHaveProperty("errors");
  });
});

describe("POST /auth/restore", () => {
  it("restores nobody whose address must be verified first", async () => {
    const strict = serve({ bindings: { ...bindings, REQUIRE_VERIFIED_EMAIL: "true", RESEND_API_KEY: "re_12345678" } });
    const user = await deleted({ email_verified_at: null });
    const answer = await strict.post("/auth/restore", { json: { username: user.username, password } });
    expect(answer).toMatchObject({ status: 400, body: { code: "email_not_verified", error: "invalid_grant" } });
    expect((await db.select().from(users).where(eq(users.id, user.id)))[0]?.deleted_at).not.toBeNull();
  });

  it("brings the account back and signs in, in two round trips; old tokens stay dead", async () => {
    const user = await aUser({ password_hash });
    await user.post("/users/me/deletion", { current_password: password });
    const answer = await restore(user.email);
    expect(answer.status).toBe(200);
    expect(answer.roundTrips).toBe(2);
    expect((await api.get("/users/me", { token: answer.body.access_token })).body.id).toBe(user.id);
    expect((await user.get("/users/me")).status).toBe(401);
    expect((await login(user.username)).status).toBe(200);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id)).orderBy(auditEvents.id);
    expect(events.map(({ kind }) => kind)).toStrictEqual([
      "account.deleted",
      "account.restored",
      "sign_in.succeeded",
      "sign_in.succeeded",
    ]);
  });

  it("restores once, however often it is asked at once", async () => {
    const user = await deleted();
    const answers = await Promise.all(Array.from({ length: 8 }, () => restore(user.username)));
    expect(answers.map(({ status }) => status)).toStrictEqual(Array.from({ length: 8 }, () => 200));
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id));
    expect(events.filter(({ kind }) => kind === "account.restored")).toHaveLength(1);
  });

  it.each([
    ["beyond the grace", { deleted_at: daysAgo(30.1) }],
    ["purged", { purged_at: daysAgo(0) }],
    ["inactive: an admin keeps somebody out", { is_active: false }],
  ])("refuses an account that is %s", async (_what, values) => {
    const user = await deleted(values);
    const rowOf = async () => (await db.select().from(users).where(eq(users.id, user.id)))[0];
    const before = await rowOf();
    expect((await restore(user.username)).body.code).toBe("invalid_grant");
    expect((await login(user.username)).body.code).toBe("invalid_grant");
    expect(await rowOf()).toStrictEqual(before);
  });

  it("leaves the account deleted that an admin deactivates at that moment", async () => {
    const user = await deleted();
    const itself = eq(users.id, user.id);
    const verify = async () => {
      await db.update(users).set({ is_active: false }).where(itself);
      return true;
    };
    const app = serve({ deps: { hasher: () => ({ ...quickPasswords, verify }) } });
    expect((await app.post("/auth/restore", { json: { username: user.username, password } })).status).toBe(400);
    expect((await db.select().from(users).where(itself))[0]?.deleted_at).not.toBeNull();
  });

  it("goes by the setting", async () => {
    const user = await deleted();
    const hasty = serve({ bindings: { ...bindings, DELETION_GRACE_DAYS: "0" } });
    const json = { username: user.username, password };
    expect((await hasty.post("/auth/restore", { json })).body.code).toBe("invalid_grant");
  });

  it("promise 10: counts wrong passwords like a sign-in", async () => {
    const user = await deleted();
    const headers = { "CF-Connecting-IP": `2001:db8::${unique("").slice(-4)}` };
    const json = { username: user.username, password: "wrong password" };
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await api.post("/auth/restore", { json, headers })).status);
    expect(statuses.at(0)).toBe(400);
    expect(statuses.at(-1)).toBe(429);
    expect((await api.post("/auth/login", { json: { ...json, password }, headers })).status).toBe(429);
  });

  it("can keep the refresh token in a cookie", async () => {
    const { username } = await deleted();
    const answer = await api.post("/auth/restore", {
      json: { username, password, token_delivery: "cookie" },
      headers: { Origin: "https://app.example.com" },
    });
    expect(answer.body.refresh_token).toBeUndefined();
    expect(answer.headers.get("Set-Cookie")).toContain("HttpOnly");
  });
});
