import { eq, like, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditEvents, mails, oneTimeTokens, sessions, throttles, users } from "../../../src/db/schema.ts";
import {
  aKey,
  aUser,
  bindings,
  db,
  quickHash,
  quickPasswords,
  serve,
  serveWithMailbox,
  unique,
} from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const api = serveWithMailbox();
const { sent, tokenFor } = api;

const aMailbox = () => `${unique("box")}@example.com`;
const aVerifiedUser = () => aUser({ password_hash, email_verified_at: new Date().toISOString() });
const forgot = (email: string, init: object = {}) => api.post("/auth/password/forgot", { json: { email }, ...init });
const reset = (token: string, password: string) => api.post("/auth/password/reset", { json: { token, password } });
const verify = (token: string) => api.post("/auth/email/verify", { json: { token } });
const confirm = (token: string) => api.post("/auth/email/confirm", { json: { token } });
const login = (username: string, password: string) => api.post("/auth/login", { json: { username, password } });
const works = async (token: string) => (await api.get("/users/me", { token })).status === 200;
const mailsTo = (address: string) => sent.filter(({ to }) => to === address);
const rowOf = async (id: string) => (await db.select().from(users).where(eq(users.id, id)))[0];
const eventsOf = async (id: string) => {
  const rows = await db.select().from(auditEvents).where(eq(auditEvents.user_id, id)).orderBy(auditEvents.id);
  return rows.map(({ kind }) => kind);
};
/** Makes a user's mailed tokens older, by the database's clock. */
const age = (userId: string, by: string) =>
  db.execute(sql`update one_time_tokens set created_at = created_at - ${by}::interval,
    expires_at = expires_at - ${by}::interval where user_id = ${userId}`);

async function signUp() {
  const username = unique();
  const email = `${username}@example.com`;
  const { body } = await api.post("/users", { json: { username, email, password } });
  return { id: body.id, username, email };
}

describe("signing up", () => {
  it("mails a link that verifies the address, in one round trip", async () => {
    const { id, email } = await signUp();
    expect(mailsTo(email)).toHaveLength(1);
    expect((await rowOf(id))?.email_verified_at).toBeNull();
    expect((await verify(tokenFor(email))).status).toBe(204);
    expect((await rowOf(id))?.email_verified_at).not.toBeNull();
    expect(await eventsOf(id)).toStrictEqual(["account.created", "email.verified"]);
  });

  it("is 403 where it is closed, and nothing is hashed", async () => {
    const hasher = () => ({ ...quickPasswords, hash: () => Promise.reject(new Error("hashed")) });
    const closed = serve({ bindings: { ...bindings, SIGNUP: "closed" }, deps: { hasher } });
    const username = unique();
    const answer = await closed.post("/users", { json: { username, email: `${username}@example.com`, password } });
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe("signup_closed");
  });

  it("is all or nothing: where the name is taken, no mail is written and no event logged", async () => {
    const { username } = await signUp();
    const email = aMailbox();
    expect((await api.post("/users", { json: { username, email, password } })).status).toBe(409);
    expect(await db.select().from(mails).where(eq(mails.recipient, email))).toStrictEqual([]);
    expect(api.logs.at(-1)).toMatchObject({ message: "request", status: 409 });
    expect(api.logs.at(-1)?.events).toBeUndefined();
  });
});

describe("promise 8: a mailed token", () => {
  it("has 256 bits and is stored hashed: neither it nor its password is in any row or log line", async () => {
    const { id, email } = await signUp();
    await forgot(email);
    const tokens = mailsTo(email).map(({ text }) => /\?token=([\w-]+)/.exec(text)?.[1] ?? "");
    expect(tokens).toHaveLength(2);
    for (const token of tokens) expect(Buffer.from(token, "base64url")).toHaveLength(32);
    const rows = JSON.stringify([
      await db.select().from(oneTimeTokens).where(eq(oneTimeTokens.user_id, id)),
      await db.select().from(mails).where(eq(mails.user_id, id)),
      await db.select().from(auditEvents).where(eq(auditEvents.user_id, id)),
      api.logs,
    ]);
    expect(rows).toContain(id);
    for (const secret of [...tokens, password]) expect(rows).not.toContain(secret);
    expect(JSON.stringify(api.logs)).not.toContain(email);
  });

  it("works once, and then says within its time that the address is verified", async () => {
    const { id, email } = await signUp();
    const token = tokenFor(email);
    expect((await verify(token)).status).toBe(204);
    const { email_verified_at } = (await rowOf(id)) ?? {};
    expect((await verify(token)).status).toBe(204);
    expect((await rowOf(id))?.email_verified_at).toBe(email_verified_at);
    expect(await eventsOf(id)).toStrictEqual(["account.created", "email.verified"]);
    await db.update(users).set({ email: aMailbox() }).where(eq(users.id, id));
    const stale = await verify(token);
    expect([stale.status, stale.body.code]).toStrictEqual([400, "invalid_one_time_token"]);
    await db.update(users).set({ email, email_verified_at: null }).where(eq(users.id, id));
    expect((await verify(token)).status).toBe(400);
    await db.update(users).set({ email_verified_at }).where(eq(users.id, id));
    expect((await verify(token)).status).toBe(204);
    await age(id, "25 hours");
    expect((await verify(token)).status).toBe(400);
  });

  it("is issued again after one was used, without a pause, and again after each pause", async () => {
    const user = await aUser({ password_hash });
    for (const next of ["a first new password", "a second new password"]) {
      await forgot(user.email);
      const token = tokenFor(user.email);
      expect((await reset(token, next)).status).toBe(204);
      expect((await reset(token, "once more, by the same")).status).toBe(400);
      expect((await login(user.username, next)).status).toBe(200);
    }
    const other = await aUser();
    for (const mails of [1, 2, 3]) {
      for (const _ of [1, 2]) await forgot(other.email);
      expect(mailsTo(other.email)).toHaveLength(mails);
      await age(other.id, "59 seconds");
      await forgot(other.email);
      expect(mailsTo(other.email)).toHaveLength(mails);
      await age(other.id, "1 second");
    }
  });

  it("confirms a new address within 24 hours, and for a live, active account", async () => {
    for (const { by, change, status } of [
      { by: "23 hours 59 minutes", change: {}, status: 204 },
      { by: "24 hours 1 second", change: {}, status: 400 },
      { by: "1 second", change: { is_active: false }, status: 400 },
      { by: "1 second", change: { deleted_at: new Date().toISOString() }, status: 400 },
    ]) {
      const [user, email] = [await aVerifiedUser(), aMailbox()];
      await api.as(user).post("/users/me/email", { email, current_password: password });
      await age(user.id, by);
      if (Object.keys(change).length > 0) await db.update(users).set(change).where(eq(users.id, user.id));
      expect((await confirm(tokenFor(email))).status).toBe(status);
    }
  });

  it("expires: verification after a day, a reset after an hour", async () => {
    const { id, email } = await signUp();
    const verification = tokenFor(email);
    await forgot(email);
    const forgotten = tokenFor(email);
    await age(id, "59 minutes");
    expect((await reset(forgotten, "short")).status).toBe(422);
    await age(id, "2 minutes");
    expect((await reset(forgotten, "another password")).status).toBe(400);
    await age(id, "23 hours");
    expect((await verify(verification)).status).toBe(400);
  });

  it("dies when a newer one is issued", async () => {
    const { id, email } = await signUp();
    const first = tokenFor(email);
    await age(id, "2 minutes");
    await api.post("/auth/email/verify/resend", { json: { email } });
    const second = tokenFor(email);
    expect(second).not.toBe(first);
    expect((await verify(first)).status).toBe(400);
    expect((await verify(second)).status).toBe(204);
  });

  it("ends all keys with the old password, unless its user keeps them and had proved before to own the mailbox", async () => {
    for (const { account, json, ended } of [
      { account: signUp, json: {}, ended: 1 },
      { account: signUp, json: { keep_api_keys: true }, ended: 1 },
      { account: aVerifiedUser, json: {}, ended: 1 },
      { account: aVerifiedUser, json: { keep_api_keys: false }, ended: 1 },
      { account: aVerifiedUser, json: { keep_api_keys: true }, ended: 0 },
    ]) {
      const { id, email } = await account();
      const { token } = await aKey({ user_id: id });
      await forgot(email);
      const answer = await api.post("/auth/password/reset", {
        json: { token: tokenFor(email), password: "another password", ...json },
      });
      expect(answer.status).toBe(204);
      expect((await api.get("/items", { token })).status).toBe(ended ? 401 : 200);
      expect((await eventsOf(id)).filter((kind) => kind === "api_key.revoked")).toHaveLength(ended);
      const told = expect(mailsTo(email).at(-1)?.text);
      if (ended) told.toContain("\n\nIts API keys were revoked: 1 in all.");
      else told.toContain("\n\nIts API keys work as before: 1 in all. Revoke those that you do not know.");
    }
  });

  it("leaves nothing to a stranger who had opened the account before its link was followed", async () => {
    const { id, email, username } = await signUp();
    const theirs = { "CF-Connecting-IP": "203.0.113.201" };
    const enter = (password: string, headers: object) =>
      api.post("/auth/login", { json: { username, password }, headers: { ...headers } });
    const { access_token: token } = (await enter(password, theirs)).body;
    const made = await api.post("/api-keys", { token, json: { name: "Theirs", permissions: ["items:read"] } });
    expect(made.status).toBe(201);
    expect((await verify(tokenFor(email))).status).toBe(204);
    // The one who follows the link is signed out nowhere: most have opened the account themselves.
    expect(await works(token)).toBe(true);
    const later = await api.post("/api-keys", { token, json: { name: "Later", permissions: ["items:read"] } });
    expect(later.status).toBe(201);
    await forgot(email);
    const ours = { "CF-Connecting-IP": "203.0.113.202" };
    const json = { token: tokenFor(email), password: "another password" };
    expect((await api.post("/auth/password/reset", { json, headers: ours })).status).toBe(204);
    expect(await works(token)).toBe(false);
    for (const { body } of [made, later]) expect((await api.get("/items", { token: body.key })).status).toBe(401);
    const known = await db
      .select()
      .from(throttles)
      .where(like(throttles.key, `familiar:${id}:%`));
    expect(known).toHaveLength(1);
    // Their network is a new one again, and the owner's is not.
    const newNetworks = async () => (await eventsOf(id)).filter((kind) => kind === "sign_in.new_network").length;
    const before = await newNetworks();
    expect((await enter("another password", ours)).status).toBe(200);
    expect(await newNetworks()).toBe(before);
    expect((await enter("another password", theirs)).status).toBe(200);
    expect(await newNetworks()).toBe(before + 1);
  });

  it("is good for its own purpose only", async () => {
    const { email } = await signUp();
    const token = tokenFor(email);
    expect((await reset(token, "another password")).status).toBe(400);
    expect((await confirm(token)).status).toBe(400);
    expect((await verify(token)).status).toBe(204);
  });

  it("is refused, and never a fault, whatever it holds", async () => {
    for (const token of ["x", "\u0000", "\ud800", "é".repeat(200), "' or 1=1 --"]) {
      expect((await verify(token)).status).toBe(400);
      expect((await reset(token, "another password")).status).toBe(400);
    }
    for (const token of ["", "a".repeat(201), 5, null]) expect((await verify(token as string)).status).toBe(422);
  });

  it("leads to the configured front end, whatever Host says", async () => {
    const user = await aVerifiedUser();
    await forgot(user.email, { headers: { Host: "evil.example", "X-Forwarded-Host": "evil.example" } });
    const [mail] = mailsTo(user.email);
    expect(mail?.text).toContain("https://app.example.com/reset-password?token=");
    expect(mail?.html).toContain("https://app.example.com/reset-password?token=");
    expect(JSON.stringify(mail)).not.toContain("evil.example");
  });

  it("outlives a change by an admin that leaves the address as it is", async () => {
    const [user, admin] = [await signUp(), await aUser({ role: "admin" })];
    const json = { email: user.email.toUpperCase(), full_name: "Ada" };
    expect((await api.as(admin).patch(`/users/${user.id}`, json)).status).toBe(200);
    expect((await verify(tokenFor(user.email))).status).toBe(204);
  });

  it("sets no password by the link to an address that its owner has given up meanwhile", async () => {
    const [user, email] = [await aVerifiedUser(), aMailbox()];
    await forgot(user.email);
    await api.as(user).post("/users/me/email", { email, current_password: password });
    expect((await confirm(tokenFor(email))).status).toBe(204);
    expect((await reset(tokenFor(user.email), "another password")).status).toBe(400);
    expect((await login(email, password)).status).toBe(200);
  });

  it("is dead for an address that an admin has changed meanwhile, and stays so where they put it back", async () => {
    const [user, admin] = [await signUp(), await aUser({ role: "admin" })];
    await forgot(user.email);
    const token = tokenFor(user.email);
    for (const email of [aMailbox(), user.email]) {
      await api.as(admin).patch(`/users/${user.id}`, { email });
      expect((await reset(token, "another password")).status).toBe(400);
    }
  });
});

describe("POST /auth/password/forgot and /auth/email/verify/resend", () => {
  it("promise 6: known, unknown, deactivated and deleted accounts get the same answer for the same round trips", async () => {
    const gone = new Date().toISOString();
    const [known, inactive, deleted] = [
      await aUser(),
      await aUser({ is_active: false }),
      await aUser({ deleted_at: gone }),
    ];
    for (const path of ["/auth/password/forgot", "/auth/email/verify/resend"]) {
      const answers = [];
      for (const email of [known.email, inactive.email, deleted.email, aMailbox()]) {
        const { status, text, headers, roundTrips } = await api.post(path, { json: { email } });
        answers.push(JSON.stringify([status, text, [...headers.keys()], roundTrips]));
      }
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain('[202,"",');
    }
    expect(mailsTo(known.email)).toHaveLength(2);
    expect([...mailsTo(inactive.email), ...mailsTo(deleted.email)]).toStrictEqual([]);
  });

  it("finds the account in any letter case, and mails the address that it has", async () => {
    const user = await aUser();
    await forgot(user.email.toUpperCase());
    expect(mailsTo(user.email)).toHaveLength(1);
  });

  it("mails at most once a minute", async () => {
    const user = await aUser();
    for (const _ of [1, 2, 3]) expect((await forgot(user.email)).status).toBe(202);
    expect(mailsTo(user.email)).toHaveLength(1);
    const first = tokenFor(user.email);
    await age(user.id, "61 seconds");
    await forgot(user.email);
    expect(mailsTo(user.email)).toHaveLength(2);
    expect(tokenFor(user.email)).not.toBe(first);
  });

  it("sends no verification to a verified address", async () => {
    const user = await aVerifiedUser();
    expect((await api.post("/auth/email/verify/resend", { json: { email: user.email } })).status).toBe(202);
    expect(mailsTo(user.email)).toStrictEqual([]);
  });

  it("refuses addresses that would inject a header, before anything is written", async () => {
    for (const email of [
      "a@example.com\r\nBcc: b@example.com",
      "a@example.com\nX: y",
      "A <a@example.com>",
      "a@b.c,d@e.f",
    ]) {
      expect((await forgot(email)).status).toBe(422);
    }
  });
});

describe("POST /auth/password/reset", () => {
  it("promise 2: sets the password, ends every session and says so by mail", async () => {
    const user = await aVerifiedUser();
    const { access_token, refresh_token } = (await login(user.username, password)).body;
    await forgot(user.email);
    const answer = await reset(tokenFor(user.email), "another password");
    expect(answer.status).toBe(204);
    expect(answer.roundTrips).toBe(2);
    expect(await works(access_token)).toBe(false);
    expect(await works(user.token)).toBe(false);
    expect((await api.post("/auth/refresh", { json: { refresh_token } })).status).toBe(400);
    expect((await login(user.username, password)).status).toBe(400);
    expect((await login(user.username, "another password")).status).toBe(200);
    expect(mailsTo(user.email).at(-1)?.subject).toBe("Your Plinth password was changed");
    expect(await eventsOf(user.id)).toEqual(expect.arrayContaining(["password.reset_requested", "password.reset"]));
  });

  it("takes the password exactly as it is sent, and refuses a bad one without using the token up", async () => {
    const user = await aUser();
    await forgot(user.email);
    const token = tokenFor(user.email);
    expect((await reset(token, "short")).status).toBe(422);
    expect((await reset(token, "  Ünïcode  päss  ")).status).toBe(204);
    expect((await login(user.username, "Ünïcode  päss")).status).toBe(400);
    expect((await login(user.username, "  Ünïcode  päss  ")).status).toBe(200);
  });

  it("hashes nothing for a token that is no good", async () => {
    const hasher = () => ({ ...quickPasswords, hash: () => Promise.reject(new Error("hashed")) });
    const answer = await serve({ deps: { hasher } }).post("/auth/password/reset", {
      json: { token: "nonsense", password: "another password" },
    });
    expect(answer.status).toBe(400);
    expect(answer.roundTrips).toBe(1);
  });

  it("verifies the mailbox of an unverified account, and drops earlier sessions and tokens", async () => {
    const { id, username, email } = await signUp();
    const verification = tokenFor(email);
    const token = (await login(username, password)).body.access_token;
    const other = aMailbox();
    await api.post("/users/me/email", { token, json: { email: other, current_password: password } });
    await forgot(email);
    expect((await reset(tokenFor(email), "another password")).status).toBe(204);
    expect((await rowOf(id))?.email_verified_at).not.toBeNull();
    expect((await verify(verification)).status).toBe(400);
    expect((await confirm(tokenFor(other))).status).toBe(400);
    expect((await rowOf(id))?.email).toBe(email);
  });

  it("revives no deactivated account", async () => {
    const user = await aUser({ password_hash });
    await forgot(user.email);
    await db.update(users).set({ is_active: false }).where(eq(users.id, user.id));
    expect((await reset(tokenFor(user.email), "another password")).status).toBe(400);
    expect(await rowOf(user.id)).toMatchObject({ is_active: false, password_hash });
  });
});

describe("PUT /users/me/password", () => {
  const change = (token: string, current_password: string, password: string) =>
    api.put("/users/me/password", { token, json: { current_password, password } });

  it("promise 2: ends the other sessions and keeps this one", async () => {
    const user = await aVerifiedUser();
    const other = (await login(user.username, password)).body;
    const answer = await change(user.token, password, "another password");
    expect(answer.status).toBe(204);
    expect(answer.roundTrips).toBe(2);
    expect(await works(user.token)).toBe(true);
    expect(await works(other.access_token)).toBe(false);
    expect((await login(user.username, password)).status).toBe(400);
    expect((await login(user.username, "another password")).status).toBe(200);
    expect(mailsTo(user.email).map(({ subject }) => subject)).toStrictEqual(["Your Plinth password was changed"]);
    expect(await eventsOf(user.id)).toContain("password.changed");
  });

  it("is 403 where the current password is wrong, and changes nothing", async () => {
    const user = await aVerifiedUser();
    const answer = await change(user.token, "not the password", "another password");
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe("wrong_password");
    expect(await rowOf(user.id)).toMatchObject({ password_hash });
    expect(mailsTo(user.email)).toStrictEqual([]);
  });

  it("takes back a reset and a change of address that somebody has begun", async () => {
    const [user, other] = [await aVerifiedUser(), aMailbox()];
    await forgot(user.email);
    const resetToken = tokenFor(user.email);
    await api.as(user).post("/users/me/email", { email: other, current_password: password });
    expect((await change(user.token, password, "another password")).status).toBe(204);
    expect((await reset(resetToken, "a third password")).status).toBe(400);
    expect((await confirm(tokenFor(other))).status).toBe(400);
  });

  it("leaves the link that verifies the address", async () => {
    const { username, email } = await signUp();
    const token = (await login(username, password)).body.access_token;
    expect((await change(token, password, "another password")).status).toBe(204);
    expect((await verify(tokenFor(email))).status).toBe(204);
  });
});

describe("POST /users/me/email", () => {
  const change = (token: string, email: string, current_password = password) =>
    api.post("/users/me/email", { token, json: { email, current_password } });

  it("changes the address once the new one confirms, which verifies it, and tells the old one", async () => {
    const [user, email] = [await aUser({ password_hash }), aMailbox()];
    expect((await change(user.token, email)).status).toBe(202);
    expect((await rowOf(user.id))?.email).toBe(user.email);
    expect((await login(user.email, password)).status).toBe(200);
    const [notice] = mailsTo(user.email);
    expect(notice?.subject).toBe("A new e-mail address for your Plinth account");
    expect(`${notice?.text}${notice?.html}`).not.toMatch(/https?:/);
    expect((await confirm(tokenFor(email))).status).toBe(204);
    expect(await rowOf(user.id)).toMatchObject({ email, email_verified_at: expect.any(String) });
    expect((await login(user.email, password)).status).toBe(400);
    expect((await login(email, password)).status).toBe(200);
    expect(await eventsOf(user.id)).toEqual(expect.arrayContaining(["email.change_requested", "email.changed"]));
  });

  it("is 403 without the current password, and sends no mail", async () => {
    const [user, email] = [await aVerifiedUser(), aMailbox()];
    const answer = await change(user.token, email, "not the password");
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe("wrong_password");
    expect([...mailsTo(email), ...mailsTo(user.email)]).toStrictEqual([]);
  });

  it("does not reveal that an address is taken before it is confirmed", async () => {
    const [user, other] = [await aVerifiedUser(), await aVerifiedUser()];
    expect((await change(user.token, other.email.toUpperCase())).status).toBe(202);
    const answer = await confirm(tokenFor(other.email.toUpperCase()));
    expect(answer.status).toBe(409);
    expect(answer.body.code).toBe("email_taken");
    expect((await rowOf(user.id))?.email).toBe(user.email);
  });

  it("is no error to confirm again, by the same link in its time and while the address is the account's", async () => {
    const [user, email] = [await aVerifiedUser(), aMailbox()];
    await change(user.token, email);
    const token = tokenFor(email);
    expect([(await confirm(token)).status, (await confirm(token)).status]).toStrictEqual([204, 204]);
    expect((await eventsOf(user.id)).filter((kind) => kind === "email.changed")).toHaveLength(1);
    const used = eq(oneTimeTokens.user_id, user.id);
    await db.update(oneTimeTokens).set({ expires_at: sql`now()` }).where(used);
    expect((await confirm(token)).status).toBe(400);
    await db.update(oneTimeTokens).set({ expires_at: sql`now() + interval '1 hour'` }).where(used);
    await db.update(users).set({ email: aMailbox() }).where(eq(users.id, user.id));
    expect((await confirm(token)).status).toBe(400);
  });

  it("takes the last of two addresses", async () => {
    const [user, typo, email] = [await aVerifiedUser(), aMailbox(), aMailbox()];
    await change(user.token, typo);
    await change(user.token, email);
    expect((await confirm(tokenFor(typo))).status).toBe(400);
    expect((await confirm(tokenFor(email))).status).toBe(204);
  });

  it("changes it again at once after a change was confirmed, and mails what was confirmed again", async () => {
    const user = await aVerifiedUser();
    const [first, second] = [aMailbox(), aMailbox()];
    for (const email of [first, second]) {
      expect((await change(user.token, email)).status).toBe(202);
      expect((await confirm(tokenFor(email))).status).toBe(204);
      expect((await rowOf(user.id))?.email).toBe(email);
    }
    expect((await change(user.token, second)).status).toBe(202);
    expect((await confirm(tokenFor(second))).status).toBe(204);
  });

  it("asks for a pause where one address is asked for again, or many are", async () => {
    const [user, email] = [await aVerifiedUser(), aMailbox()];
    expect((await change(user.token, email)).status).toBe(202);
    const again = await change(user.token, email);
    expect(again.status).toBe(429);
    expect(again.headers.get("Retry-After")).toBe("60");
    expect([...mailsTo(email), ...mailsTo(user.email)]).toHaveLength(2);
    for (let sent = 1; sent < 10; sent += 1) expect((await change(user.token, aMailbox())).status).toBe(202);
    expect((await change(user.token, aMailbox())).status).toBe(429);
    await db.execute(sql`update mails set created_at = created_at - interval '1 hour' where user_id = ${user.id}`);
    expect((await change(user.token, aMailbox())).status).toBe(202);
  });

  it("an admin who sets an address ends a change that was begun", async () => {
    const [user, admin, email] = [await aVerifiedUser(), await aUser({ role: "admin" }), aMailbox()];
    await change(user.token, email);
    await api.as(admin).patch(`/users/${user.id}`, { email: aMailbox() });
    expect((await confirm(tokenFor(email))).status).toBe(400);
  });

  it("an admin who sets an address holds links to set a password back for three days", async () => {
    const [user, admin, email] = [await aVerifiedUser(), await aUser({ role: "admin" }), aMailbox()];
    const set = (json: object) => api.as(admin).patch(`/users/${user.id}`, json);
    const links = () => mailsTo(email).filter(({ text }) => text.includes("/reset-password?"));
    const pass = (time: string) =>
      db.execute(sql`update users set reset_held_until = reset_held_until - ${time}::interval where id = ${user.id}`);
    expect((await set({ email })).status).toBe(200);
    await forgot(email);
    await pass("71 hours 59 minutes");
    await set({ email: email.toUpperCase() });
    await set({ email });
    await forgot(email);
    expect(links()).toHaveLength(0);
    await pass("1 minute");
    await forgot(email);
    expect(links()).toHaveLength(1);
  });

  it("holds nothing back once its owner has confirmed another", async () => {
    const [user, admin, email] = [await aVerifiedUser(), await aUser({ role: "admin" }), aMailbox()];
    await api.as(admin).patch(`/users/${user.id}`, { email: aMailbox() });
    await change(user.token, email);
    expect((await confirm(tokenFor(email))).status).toBe(204);
    await forgot(email);
    expect((await reset(tokenFor(email), "another password")).status).toBe(204);
  });

  it("PATCH leads there, and does nothing else; an admin's un-verifies", async () => {
    const [user, admin, email] = [await aVerifiedUser(), await aUser({ role: "admin" }), aMailbox()];
    for (const path of ["/users/me", `/users/${user.id}`]) {
      const answer = await api.as(user).patch(path, { email, full_name: "X" });
      expect(answer.status).toBe(403);
      expect(answer.body.detail).toContain("POST /users/me/email");
    }
    expect(await rowOf(user.id)).toMatchObject({ email: user.email, full_name: null });
    const json = { email: user.email.toUpperCase() };
    const recased = await api.as(admin).patch(`/users/${user.id}`, json);
    expect(recased.body).toMatchObject({ ...json, email_verified_at: expect.any(String) });
    const changed = await api.as(admin).patch(`/users/${user.id}`, { email });
    expect(changed.body).toMatchObject({ email, email_verified_at: null });
  });
});

describe("REQUIRE_VERIFIED_EMAIL", () => {
  const own = { ...bindings, REQUIRE_VERIFIED_EMAIL: "true", RESEND_API_KEY: "re_12345678" };
  const strict = serveWithMailbox({ bindings: own });

  it("lets an unverified account sign in only after it is verified, and tells so after a right password only", async () => {
    const user = await aUser({ password_hash });
    const enter = (password: string) => strict.post("/auth/login", { json: { username: user.username, password } });
    expect((await enter("not the password")).body.code).toBe("invalid_grant");
    const refused = await enter(password);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ code: "email_not_verified", error: "invalid_grant" });
    expect(await db.select().from(sessions).where(eq(sessions.user_id, user.id))).toHaveLength(1);
    await strict.post("/auth/email/verify/resend", { json: { email: user.email } });
    await strict.post("/auth/email/verify", { json: { token: strict.tokenFor(user.email) } });
    expect((await enter(password)).status).toBe(200);
  });
});

describe("promise 8: nobody's mailbox is flooded", () => {
  const mailTo = (app: ReturnType<typeof serveWithMailbox>, address: string) =>
    app.sent.filter(({ to }) => to.toLowerCase() === address.toLowerCase()).length;

  it("by signing up, deleting and signing up again, in any spelling of the address", async () => {
    const app = serveWithMailbox();
    const name = unique("victim").replace("-", "");
    const spellings = [
      `${name}@example.com`,
      `${name}+a@example.com`,
      `${name.slice(0, 3)}.${name.slice(3)}@EXAMPLE.com`,
    ];
    const statuses = [];
    for (let i = 0; i < 15; i++) {
      const [email, username] = [spellings[i % 3], unique()];
      const password = "correct horse battery";
      const signUp = await app.post("/users", { json: { email, username, password } });
      const { body } = await app.post("/auth/login", { json: { username, password } });
      const deletion = { token: body.access_token, json: { current_password: password } };
      statuses.push(signUp.status, (await app.post("/users/me/deletion", deletion)).status);
    }
    expect(new Set(statuses)).toStrictEqual(new Set([201, 204]));
    expect(app.sent.filter(({ to }) => spellings.includes(to))).toHaveLength(10);
    expect(app.sent).toHaveLength(10);
  });

  it("keeps room for a reset by its owner, however full it is", async () => {
    const app = serveWithMailbox();
    const password = "correct horse battery";
    const password_hash = quickHash(password);
    const victim = await aUser();
    for (let i = 0; i < 12; i++) {
      const stranger = await aUser({ password_hash });
      const json = { email: victim.email, current_password: password };
      const answer = await app.as(stranger).post("/users/me/email", json);
      expect(answer.status, "nobody learns what others sent there").toBe(202);
    }
    expect(mailTo(app, victim.email)).toBe(10);
    await app.post("/auth/password/forgot", { json: { email: victim.email } });
    expect(mailTo(app, victim.email)).toBe(11);
    const json = { token: app.tokenFor(victim.email), password: `${password}!` };
    expect((await app.post("/auth/password/reset", { json })).status).toBe(204);
  });

  it("sends every alarm to an address that its account has verified, and holds back any other", async () => {
    const app = serveWithMailbox();
    const password = "correct horse battery";
    const password_hash = quickHash(password);
    const [verified, unverified] = [
      await aUser({ password_hash, email_verified_at: new Date().toISOString() }),
      await aUser({ password_hash }),
    ];
    for (const { email } of [verified, unverified]) {
      for (let i = 0; i < 10; i++) {
        const stranger = await aUser({ password_hash });
        const json = { email: email.replace("@", `+${i}@`), current_password: password };
        await app.as(stranger).post("/users/me/email", json);
      }
    }
    const change = ({ token }: typeof verified, username: string) =>
      app.patch("/users/me", { token, json: { username } });
    const alarms = ({ email }: typeof verified) =>
      app.sent.filter(({ to, subject }) => to === email && /username/.test(subject));
    for (const user of [verified, unverified]) expect((await change(user, unique())).status).toBe(200);
    expect(alarms(verified)).toHaveLength(1);
    expect(alarms(unverified)).toHaveLength(0);
    for (let i = 0; i < 12; i++) await change(verified, unique());
    expect(alarms(verified), "nor does who repeats a change flood its owner").toHaveLength(10);
    const deletion = { token: verified.token, json: { current_password: password } };
    expect((await app.post("/users/me/deletion", deletion)).status).toBe(204);
    expect(mailTo(app, verified.email), "another kind of alarm still goes out").toBe(11);
  });

  it("by several changes in one request, or by many requests at once", async () => {
    const app = serveWithMailbox();
    const [admin, user] = [await aUser({ role: "admin" }), await aUser()];
    const change = (username: string) => ({ token: admin.token, json: { username, role: "admin", is_active: false } });
    expect((await app.patch(`/users/${user.id}`, change(unique()))).status).toBe(200);
    expect(mailTo(app, user.email)).toBe(3);
    const many = Array.from({ length: 20 }, () => app.patch(`/users/${user.id}`, change(unique())));
    for (const { status } of await Promise.all(many)) expect(status).toBe(200);
    expect(mailTo(app, user.email)).toBe(10);
  });
});
