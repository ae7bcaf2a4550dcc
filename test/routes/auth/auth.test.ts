import { scryptSync } from "node:crypto";
import { eq } from "drizzle-orm";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import { auditEvents, users } from "../../../src/db/schema.ts";
import { hashPassword } from "../../../src/security/passwords.ts";
import { aUser, db, realHashing, serve, unique } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = await hashPassword(password);
const api = serve({ deps: realHashing });

describe("POST /auth/login", () => {
  it("takes OAuth2's form and answers a bearer token", async () => {
    const user = await aUser({ password_hash });
    const answer = await api.post("/auth/login", {
      form: { grant_type: "password", username: user.username, password, scope: "", client_id: "web" },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: "bearer", expires_in: 900 });
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.roundTrips).toBe(2);
    expect((await api.get("/users/me", { token: answer.body.access_token })).body.id).toBe(user.id);
    expect(decodeProtectedHeader(answer.body.access_token)).toStrictEqual({
      alg: "HS256",
      typ: "at+jwt",
      kid: expect.stringMatching(/^[\w-]{43}$/),
    });
    const claims = decodeJwt(answer.body.access_token);
    expect(Object.keys(claims).toSorted()).toStrictEqual(["aud", "exp", "iat", "iss", "jti", "sid", "sub"]);
    expect(claims.sub).toBe(user.id);
  });

  it("takes the same fields as JSON, the e-mail for the username, in any case", async () => {
    const user = await aUser({ password_hash });
    for (const username of [user.username, user.email, user.email.toUpperCase(), user.username.toUpperCase()]) {
      const answer = await api.post("/auth/login", { json: { username, password } });
      expect(answer.status, username).toBe(200);
    }
  });

  it("promise 6: answers the same to a wrong password and to an account that is unknown or inactive, or deleted too long ago", async () => {
    const known = await aUser({ password_hash });
    const inactive = await aUser({ password_hash, is_active: false });
    const deleted = await aUser({
      password_hash,
      deleted_at: new Date(Date.now() - 31 * 24 * 60 * 60 * 1000).toISOString(),
    });
    const headers = { "X-Request-Id": "same" };
    const answers = await Promise.all(
      [
        { username: known.username, password: "wrong password" },
        { username: unique("nobody"), password },
        { username: inactive.username, password },
        { username: deleted.email, password },
      ].map((json) => api.post("/auth/login", { json, headers })),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ error: "invalid_grant", code: "invalid_grant" });
      expect(answer.text).toBe(answers[0]?.text);
      expect([...answer.headers.keys()]).toStrictEqual([...(answers[0]?.headers.keys() ?? [])]);
    }
    for (const { id } of [known, inactive]) {
      const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, id));
      expect(events.map(({ kind }) => kind)).toStrictEqual(["sign_in.failed"]);
    }
  });

  it("wants a body", async () => {
    expect((await api.post("/auth/login")).status).toBe(415);
  });

  it("takes no heed of spaces round the username, which none can hold", async () => {
    const user = await aUser({ password_hash });
    for (const username of [` ${user.username}`, `${user.email}\t`, `\u00a0${user.username}\n`]) {
      expect((await api.post("/auth/login", { json: { username, password } })).status).toBe(200);
    }
    const json = { username: user.username.replace("-", " -"), password };
    expect((await api.post("/auth/login", { json })).status).toBe(400);
    expect((await api.post("/auth/login", { json: { username: " ", password } })).body.code).toBe("invalid_request");
  });

  it("replaces a hash that was made under an older policy", async () => {
    const salt = Buffer.alloc(16, 7);
    const old = scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
    const unpadded = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
    const user = await aUser({ password_hash: `$scrypt$ln=10,r=8,p=1$${unpadded(salt)}$${unpadded(old)}` });
    const answer = await api.post("/auth/login", { json: { username: user.username, password } });
    expect(answer.status).toBe(200);
    const [row] = await db.select().from(users).where(eq(users.id, user.id));
    expect(row?.password_hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    const again = await api.post("/auth/login", { json: { username: user.username, password } });
    expect(again.status).toBe(200);
    expect((await db.select().from(users).where(eq(users.id, user.id)))[0]?.password_hash).toBe(row?.password_hash);
  });
});
