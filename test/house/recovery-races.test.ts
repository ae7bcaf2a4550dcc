import { and, eq, isNull, like, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditEvents, mails, sessions, throttles, users } from "../../src/db/schema.ts";
import {
  type Answer,
  aUser,
  bindings,
  clientsOf,
  db,
  quickHash,
  quickPasswords,
  serve,
  serveWithMailbox,
  unique,
} from "../harness.ts";
import { holding } from "../holding.ts";

const fifty = Array.from({ length: 50 }, (_, i) => i);
const password = "correct horse battery";
const password_hash = quickHash(password);
const api = serveWithMailbox();

const forgot = (email: string) => api.post("/auth/password/forgot", { json: { email } });
const reset = (token: string, password: string) => api.post("/auth/password/reset", { json: { token, password } });
const change = (token: string, password: string, headers = {}) =>
  api.put("/users/me/password", { token, json: { current_password: "correct horse battery", password }, headers });
const login = (username: string, password: string, headers = {}) =>
  api.post("/auth/login", { json: { username, password }, headers });
const works = async (token: string) => (await api.get("/users/me", { token })).status === 200;
const count = (answers: Answer[], wanted: number) => answers.filter(({ status }) => status === wanted).length;
const liveSessions = (userId: string) =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.user_id, userId), isNull(sessions.revoked_at)));

async function aTokenFor(user: { email: string }): Promise<string> {
  await forgot(user.email);
  return api.tokenFor(user.email);
}

describe("promise 8: fifty uses of one mailed token at once", () => {
  it("make one reset, one event and one notice; the winner's password counts", async () => {
    const user = await aUser({ password_hash });
    const token = await aTokenFor(user);
    const answers = await Promise.all(fifty.map((i) => reset(token, `password number ${i}`)));
    expect([count(answers, 204), count(answers, 400)]).toStrictEqual([1, 49]);
    const winner = answers.findIndex(({ status }) => status === 204);
    expect((await login(user.username, `password number ${winner}`)).status).toBe(200);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id));
    expect(events.filter(({ kind }) => kind === "password.reset")).toHaveLength(1);
    const written = await db.select().from(mails).where(eq(mails.user_id, user.id));
    expect(written.filter(({ kind }) => kind === "password_changed")).toHaveLength(1);
  });

  it("leave the network of the one that counts as the only known one", async () => {
    const { id, email, username } = await aUser({ password_hash });
    const token = await aTokenFor({ email });
    const networks = fifty.map((i) => ({ "CF-Connecting-IP": `192.0.2.${i}` }));
    const answers = await Promise.all(
      networks.map((headers, i) =>
        api.post("/auth/password/reset", { json: { token, password: `password number ${i}` }, headers }),
      ),
    );
    const winner = answers.findIndex(({ status }) => status === 204);
    const newNetworks = () =>
      db.$count(auditEvents, and(eq(auditEvents.user_id, id), eq(auditEvents.kind, "sign_in.new_network")));
    const enter = async (i: number) => {
      expect((await login(username, `password number ${winner}`, networks[i])).status).toBe(200);
      return newNetworks();
    };
    expect(await enter(winner)).toBe(0);
    expect(await enter((winner + 1) % 50)).toBe(1);
  });

  it("leave no known network to a sign-in with the old password that they have overtaken", async () => {
    const { id, username } = await aUser({ password_hash });
    const held = await holding(
      sql`update users set password_hash = ${quickHash("another password")} where id = ${id}::uuid`,
    );
    const entering = login(username, password, { "CF-Connecting-IP": "203.0.113.77" });
    await held.meets(entering);
    await held.release();
    expect((await entering).body.code).toBe("invalid_grant");
    expect(await db.$count(throttles, like(throttles.key, `familiar:${id}:%`))).toBe(0);
  });

  it("verify one address once, and say so to each", async () => {
    const { id, email } = await aUser();
    await api.post("/auth/email/verify/resend", { json: { email } });
    const json = { token: api.tokenFor(email) };
    const answers = await Promise.all(fifty.map(() => api.post("/auth/email/verify", { json })));
    expect(count(answers, 204)).toBe(50);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, id));
    expect(events.filter(({ kind }) => kind === "email.verified")).toHaveLength(1);
  });

  it("two accounts that confirm one address at once: one gets it", async () => {
    const email = `${unique()}@example.com`;
    const contenders = await Promise.all([aUser({ password_hash }), aUser({ password_hash })]);
    const tokens: string[] = [];
    for (const { token } of contenders) {
      await api.post("/users/me/email", { token, json: { email, current_password: password } });
      tokens.push(api.tokenFor(email));
    }
    const answers = await Promise.all(
      fifty.map((i) => api.post("/auth/email/confirm", { json: { token: tokens[i % 2] } })),
    );
    const winners = new Set(answers.flatMap(({ status }, i) => (status === 204 ? [i % 2] : [])));
    expect([winners.size, count(answers, 204), count(answers, 400) + count(answers, 409)]).toStrictEqual([1, 25, 25]);
    expect(await db.select().from(users).where(eq(users.email, email))).toHaveLength(1);
  });

  it("fifty requests for one: one mail goes out, and its token works", async () => {
    const user = await aUser({ password_hash });
    const answers = await Promise.all(fifty.map(() => forgot(user.email)));
    expect(count(answers, 202)).toBe(50);
    expect(api.sent.filter(({ to }) => to === user.email)).toHaveLength(1);
    expect(await db.$count(mails, eq(mails.user_id, user.id))).toBe(1);
    expect((await reset(api.tokenFor(user.email), "another password")).status).toBe(204);
  });
});

describe("promise 2: a new password against everything that the old one still opens", () => {
  it("refreshes against a reset leave no session, in either order", async () => {
    for (const _ of [1, 2, 3]) {
      const user = await aUser({ password_hash });
      const [first, token] = [(await login(user.username, password)).body, await aTokenFor(user)];
      const refresh = () => api.post("/auth/refresh", { json: { refresh_token: first.refresh_token } });
      const [done, ...answers] = await Promise.all([reset(token, "another password"), ...fifty.map(refresh)]);
      expect(done.status).toBe(204);
      for (const { status, body } of answers) {
        expect([200, 400]).toContain(status);
        if (status === 200) expect(await works(body.access_token)).toBe(false);
      }
      expect(await liveSessions(user.id)).toStrictEqual([]);
    }
  });

  it("sign-ins against a reset: no session is left that the old password opened", async () => {
    for (const _ of [1, 2, 3]) {
      const user = await aUser({ password_hash });
      const token = await aTokenFor(user);
      const clients = await clientsOf(user.id, 50);
      const enter = (i: number) => login(user.username, password, clients[i]);
      const [done, ...answers] = await Promise.all([reset(token, "another password"), ...fifty.map(enter)]);
      expect(done.status).toBe(204);
      for (const { status } of answers) expect([200, 400]).toContain(status);
      expect(await liveSessions(user.id)).toStrictEqual([]);
    }
  });

  it("sign-ins against a change of password: only the session that changed it is left", async () => {
    for (const _ of [1, 2, 3]) {
      const user = await aUser({ password_hash });
      const clients = await clientsOf(user.id, 50);
      const enter = (i: number) => login(user.username, password, clients[i]);
      const [done, ...answers] = await Promise.all([change(user.token, "another password"), ...fifty.map(enter)]);
      expect(done.status).toBe(204);
      for (const { status } of answers) expect([200, 400]).toContain(status);
      expect((await liveSessions(user.id)).map(({ id }) => id)).toStrictEqual([user.sessionId]);
    }
  });

  it("fifty changes at once: one counts, and the rest are told that the current password is wrong", async () => {
    const user = await aUser({ password_hash });
    const clients = await clientsOf(user.id, 50);
    const answers = await Promise.all(fifty.map((i) => change(user.token, `password number ${i}`, clients[i])));
    expect([count(answers, 204), count(answers, 403)]).toStrictEqual([1, 49]);
    const winner = answers.findIndex(({ status }) => status === 204);
    expect((await login(user.username, `password number ${winner}`)).status).toBe(200);
    expect(api.sent.filter(({ to }) => to === user.email)).toHaveLength(1);
  });

  it("a reset against a change: one after the other, without a fault", async () => {
    for (const _ of fifty.slice(0, 10)) {
      const user = await aUser({ password_hash });
      const token = await aTokenFor(user);
      const [byMail, bySession] = await Promise.all([
        reset(token, "password by mail"),
        change(user.token, "password by session"),
      ]);
      expect([204, 400]).toContain(byMail.status);
      expect([204, 401, 403]).toContain(bySession.status);
      expect([byMail.status, bySession.status]).toContain(204);
      const last = byMail.status === 204 ? "password by mail" : "password by session";
      expect((await login(user.username, last)).status).toBe(200);
    }
  });
});

describe("promise 2: a change of address against a change of password", () => {
  it("gives no link to the old password once there is a new one, though it was right when it was checked", async () => {
    const user = await aUser({ password_hash, email_verified_at: new Date().toISOString() });
    let changed = 0;
    const hasher = {
      ...quickPasswords,
      verify: async (...asked: Parameters<typeof quickPasswords.verify>) => {
        changed = (await change(user.token, "an entirely new one")).status;
        return quickPasswords.verify(...asked);
      },
    };
    const json = { email: `${unique("new")}@example.com`, current_password: password };
    const late = await serve({ deps: { hasher: () => hasher } }).post("/users/me/email", { token: user.token, json });
    expect(changed).toBe(204);
    expect(late.status).toBe(429);
    const left = await db.execute(
      sql`select from one_time_tokens where user_id = ${user.id} and purpose = 'change_email'`,
    );
    expect(left.rows).toStrictEqual([]);
  });

  it("gives no link that is asked for while the new password is being written", async () => {
    const user = await aUser({ password_hash, email_verified_at: new Date().toISOString() });
    const another = quickHash("an entirely new one");
    const held = await holding(sql`update users set password_hash = ${another} where id = ${user.id}`);
    const json = { email: `${unique("new")}@example.com`, current_password: password };
    const late = api.as(user).post("/users/me/email", json);
    await held.meets(late);
    await held.release();
    expect((await late).status).toBe(429);
    const left = await db.execute(sql`select from one_time_tokens where user_id = ${user.id}`);
    expect(left.rows).toStrictEqual([]);
  });
});

describe("promise 2: a password that is replaced while the old one is checked", () => {
  /** Finds the password right, and then another is set before anybody can act on that. */
  const overtaken = (userId: string) => () => ({
    ...quickPasswords,
    verify: async (...asked: Parameters<typeof quickPasswords.verify>) => {
      const matches = await quickPasswords.verify(...asked);
      const another = quickHash("an entirely new one");
      await db.update(users).set({ password_hash: another }).where(eq(users.id, userId));
      return matches;
    },
  });

  it.each([
    ["/auth/login", null],
    ["/auth/restore", new Date().toISOString()],
  ])("opens no session by %s, restores nothing, and is no event", async (path, deleted_at) => {
    const user = await aUser({ password_hash, deleted_at });
    // A sign-in that counted would leave no other session.
    const late = serve({
      bindings: { ...bindings, SESSIONS_PER_USER: "1" },
      deps: { hasher: overtaken(user.id) },
    });
    const answer = await late.post(path, { json: { username: user.username, password } });
    expect([answer.status, answer.body.code]).toStrictEqual([400, "invalid_grant"]);
    expect((await liveSessions(user.id)).map(({ id }) => id)).toStrictEqual([user.sessionId]);
    const [row] = await db.select().from(users).where(eq(users.id, user.id));
    expect(row?.deleted_at).toBe(deleted_at);
    expect(await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id))).toStrictEqual([]);
  });

  it("deletes no account", async () => {
    const user = await aUser({ password_hash });
    const late = serve({ deps: { hasher: overtaken(user.id) } });
    const answer = await late.as(user).post("/users/me/deletion", { current_password: password });
    expect([answer.status, answer.body.code]).toStrictEqual([403, "wrong_password"]);
    const [row] = await db.select().from(users).where(eq(users.id, user.id));
    expect(row?.deleted_at).toBeNull();
    expect((await liveSessions(user.id)).map(({ id }) => id)).toStrictEqual([user.sessionId]);
  });

  it("is no proof of the password", async () => {
    const user = await aUser({ password_hash });
    const late = serve({ deps: { hasher: overtaken(user.id) } });
    const json = { current_password: password };
    expect((await late.as(user).post("/auth/password/confirm", json)).body?.code).toBe("wrong_password");
  });

  it("takes no link away by a change of password that came too late, and ends no session", async () => {
    const user = await aUser({ password_hash });
    const elsewhere = (await login(user.username, password)).body;
    const token = await aTokenFor(user);
    const late = serve({ deps: { hasher: overtaken(user.id) } });
    const json = { current_password: password, password: "a password that came late" };
    expect((await late.as(user).put("/users/me/password", json)).status).toBe(403);
    expect(await works(elsewhere.access_token)).toBe(true);
    expect((await reset(token, "a password by mail")).status).toBe(204);
  });
});

describe("promise 10: a reset by mail", () => {
  it("makes its network one from which guesses elsewhere keep nobody out", async () => {
    const user = await aUser({ password_hash });
    const home = { "CF-Connecting-IP": "203.0.113.109" };
    const json = { token: await aTokenFor(user), password: "a password by mail" };
    expect((await api.post("/auth/password/reset", { json, headers: home })).status).toBe(204);
    for (const i of fifty.slice(0, 10)) {
      await login(user.username, "not the password", { "CF-Connecting-IP": `198.51.100.${100 + i}` });
    }
    const elsewhere = { "CF-Connecting-IP": "198.51.100.99" };
    expect((await login(user.username, "a password by mail", elsewhere)).status).toBe(429);
    expect((await login(user.username, "a password by mail", home)).status).toBe(200);
  });
});
