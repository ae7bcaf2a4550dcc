import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { api, aUser, db, quickHash, serve } from "../../harness.ts";
import { holding } from "../../holding.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const Origin = "https://app.example.com";
const name = "__Host-refresh_token";

async function inCookie() {
  const user = await aUser({ password_hash });
  const signIn = { username: user.username, password, token_delivery: "cookie" };
  const answer = await api.post("/auth/login", { json: signIn, headers: { Origin } });
  return { user, Cookie: answer.headers.get("Set-Cookie")?.split(";")[0] ?? "" };
}
const resume = (Cookie: string, from: string = Origin) =>
  api.post("/auth/resume", { headers: { Cookie, Origin: from } });

describe("POST /auth/resume", () => {
  it("answers the next tokens and the account, in one round trip", async () => {
    const { user, Cookie } = await inCookie();
    const answer = await resume(Cookie);
    expect(answer.status).toBe(200);
    expect(answer.roundTrips).toBe(1);
    expect(answer.body.user).toStrictEqual((await api.get("/users/me", { token: answer.body.access_token })).body);
    expect(answer.body.user.id).toBe(user.id);
    expect(answer.body.refresh_token).toBeUndefined();
    const next = answer.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    expect(next).not.toBe(Cookie);
    expect((await resume(next)).status).toBe(200);
  });

  it("is 204 for a visitor, and for a session that has ended, whose cookie goes", async () => {
    const visitor = await api.post("/auth/resume", { headers: { Origin } });
    expect([visitor.status, visitor.roundTrips, visitor.headers.has("Set-Cookie")]).toStrictEqual([204, 0, false]);
    const { user, Cookie } = await inCookie();
    await db.execute(sql`update sessions set revoked_at = now() where user_id = ${user.id}::uuid`);
    for (const refused of [await resume(Cookie), await resume(`${name}=garbage`)]) {
      expect([refused.status, refused.text]).toStrictEqual([204, ""]);
      expect(refused.headers.get("Set-Cookie")).toMatch(`${name}=; Max-Age=0`);
    }
  });

  it("is 204 for two cookies of the name, of which it takes neither", async () => {
    const [one, two] = [await inCookie(), await inCookie()];
    expect((await resume(`${one.Cookie}; ${two.Cookie}`)).status).toBe(204);
    expect((await resume(one.Cookie)).status).toBe(200);
  });

  it("is 204 for an account that is deleted while its session is being used", async () => {
    const { user, Cookie } = await inCookie();
    const held = await holding(
      sql`update users set deleted_at = now() where id = ${user.id}::uuid`,
      sql`select from sessions where user_id = ${user.id}::uuid for update`,
    );
    const resuming = resume(Cookie);
    await held.meets(resuming);
    await held.release();
    expect((await resuming).status).toBe(204);
  });

  it("takes no cookie from a page that is not listed, and says so of a fault", async () => {
    const { Cookie } = await inCookie();
    expect((await resume(Cookie, "https://evil.example")).body.code).toBe("origin_not_allowed");
    const broken = serve({ mayFail: true, bindings: { NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" } });
    expect((await broken.post("/auth/resume", { headers: { Cookie, Origin } })).status).toBe(503);
    expect((await resume(Cookie)).status).toBe(200);
  });

  it("takes the token in its body, too", async () => {
    const user = await aUser({ password_hash });
    const { refresh_token } = (await api.post("/auth/login", { json: { username: user.username, password } })).body;
    const answer = await api.post("/auth/resume", { json: { refresh_token } });
    expect([answer.status, answer.body.user.id]).toStrictEqual([200, user.id]);
    expect(answer.body.refresh_token).not.toBe(refresh_token);
    expect((await api.post("/auth/resume", { json: { refresh_token: "garbage" } })).status).toBe(204);
  });
});

describe("include=user", () => {
  it("puts the account beside the tokens, without another round trip", async () => {
    const user = await aUser({ password_hash });
    const json = { username: user.username, password };
    const plain = await api.post("/auth/login", { json });
    expect(plain.body.user).toBeUndefined();
    const signedIn = await api.post("/auth/login?include=user", { json });
    const { refresh_token } = signedIn.body;
    const refreshed = await api.post("/auth/refresh?include=user", { form: { refresh_token } });
    await db.execute(sql`update users set deleted_at = now(), deleted_by = id where id = ${user.id}::uuid`);
    const restored = await api.post("/auth/restore?include=user", { json });
    expect([signedIn, refreshed, restored].map(({ body }) => body.user.id)).toStrictEqual([user.id, user.id, user.id]);
    expect([signedIn, refreshed, restored].map(({ roundTrips }) => roundTrips)).toStrictEqual([2, 1, 2]);
    expect(signedIn.text).not.toContain("password");
  });
});
