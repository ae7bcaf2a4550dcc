import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { Sessions } from "../../../src/crud/sessions.ts";
import { auditEvents, sessions } from "../../../src/db/schema.ts";
import { type Answer, api, aUser, bindings, db, quickHash, serve, unique } from "../../harness.ts";
import { holding } from "../../holding.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const origin = "https://app.example.com";

async function signedIn() {
  const user = await aUser({ password_hash });
  return { ...user, ...(await signIn(user.username)) };
}
async function signIn(username: string): Promise<{ access_token: string; refresh_token: string }> {
  return (await api.post("/auth/login", { json: { username, password } })).body;
}
const refresh = (refresh_token: string) =>
  api.post("/auth/refresh", { form: { grant_type: "refresh_token", refresh_token } });
const works = async (token: string) => (await api.get("/users/me", { token })).status === 200;
/** Makes a user's sessions older, by the database's clock. */
const age = (userId: string, by: string) =>
  db.execute(sql`update sessions set previous_until = array(select until - ${by}::interval from unnest(previous_until) as until), last_used_at = last_used_at - ${by}::interval,
    created_at = created_at - ${by}::interval, expires_at = expires_at - ${by}::interval where user_id = ${userId}`);

describe("POST /auth/refresh", () => {
  it("promise 3: answers the next tokens, of the same session, in one round trip", async () => {
    const user = await signedIn();
    const answer = await refresh(user.refresh_token);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.roundTrips).toBe(1);
    expect(answer.body.refresh_token).not.toBe(user.refresh_token);
    expect(await works(answer.body.access_token)).toBe(true);
    expect((await refresh(answer.body.refresh_token)).status).toBe(200);
  });

  it("promise 3: answers the same successor again within the grace", async () => {
    const user = await signedIn();
    const [first, second] = [await refresh(user.refresh_token), await refresh(user.refresh_token)];
    expect(second.body.refresh_token).toBe(first.body.refresh_token);
  });

  it("promise 3: answers what is current to each token of a burst, whatever came between", async () => {
    const user = await signedIn();
    const burst = [user.refresh_token];
    for (let i = 0; i < 12; i++) burst.push((await refresh(burst.at(-1) ?? "")).body.refresh_token);
    expect(new Set(burst).size).toBe(13);
    const current = burst.pop();
    for (const token of burst) expect((await refresh(token)).body.refresh_token).toBe(current);
  });

  it("promise 4: a burst keeps no token beyond its own grace", async () => {
    const user = await signedIn();
    const next = (await refresh(user.refresh_token)).body;
    await age(user.id, "6 seconds");
    const last = (await refresh(next.refresh_token)).body;
    expect((await refresh(user.refresh_token)).body.refresh_token).toBe(last.refresh_token);
    await age(user.id, "6 seconds");
    expect((await refresh(next.refresh_token)).body.refresh_token).toBe(last.refresh_token);
    expect((await refresh(user.refresh_token)).status).toBe(400);
    expect(await works(last.access_token)).toBe(false);
  });

  it("stores the tokens of a burst, and one token after it", async () => {
    const user = await signedIn();
    const kept = async () => {
      const signedIn = and(eq(sessions.user_id, user.id), ne(sessions.id, user.sessionId));
      const [row] = await db.select().from(sessions).where(signedIn);
      return [row?.previous_hashes.length, row?.previous_until.length];
    };
    let token = user.refresh_token;
    for (let i = 0; i < 3; i++) token = (await refresh(token)).body.refresh_token;
    expect(await kept()).toStrictEqual([3, 3]);
    await age(user.id, "12 seconds");
    await refresh(token);
    expect(await kept()).toStrictEqual([1, 1]);
  });

  it("promise 4: a replay outside the grace ends the session and its tokens, and is written down", async () => {
    const user = await signedIn();
    const next = (await refresh(user.refresh_token)).body;
    await age(user.id, "11 seconds");
    const replay = await refresh(user.refresh_token);
    expect(replay.status).toBe(400);
    expect(replay.body).toMatchObject({ error: "invalid_grant", code: "invalid_refresh_token" });
    expect(replay.roundTrips).toBe(1);
    expect(await works(next.access_token)).toBe(false);
    expect(await works(user.access_token)).toBe(false);
    expect((await refresh(next.refresh_token)).status).toBe(400);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id)).orderBy(auditEvents.id);
    expect(events.map(({ kind }) => kind)).toStrictEqual(["sign_in.succeeded", "session.replayed"]);
    const logged = api.logs.filter(({ events }) => JSON.stringify(events ?? "").includes("session.replayed"));
    expect(logged.at(-1)).toMatchObject({
      status: 400,
      events: [{ kind: "session.replayed", user_id: user.id }],
    });
  });

  it("promise 5: a session ends when it is idle too long, and in the end", async () => {
    const idle = await signedIn();
    await age(idle.id, "31 days");
    expect((await refresh(idle.refresh_token)).status).toBe(400);

    const old = await signedIn();
    let { refresh_token } = old;
    for (let day = 0; day < 90; day += 29) {
      const answer = await refresh(refresh_token);
      expect(answer.status).toBe(200);
      refresh_token = answer.body.refresh_token;
      await age(old.id, "29 days");
    }
    expect((await refresh(refresh_token)).status).toBe(400);
  });

  it("refuses what we never issued, without asking the database", async () => {
    const user = await signedIn();
    const changed = `${user.refresh_token.slice(0, 40)}${user.refresh_token[40] === "A" ? "B" : "A"}${user.refresh_token.slice(41)}`;
    for (const token of [
      "",
      "garbage",
      changed,
      user.refresh_token.slice(1),
      `${user.refresh_token}A`,
      "é".repeat(107),
    ]) {
      const answer = await refresh(token);
      expect(answer.status).toBe(400);
      expect(answer.roundTrips).toBe(0);
    }
    expect((await refresh(user.refresh_token)).status).toBe(200);
  });

  it("stores hashes only", async () => {
    const user = await signedIn();
    const next = (await refresh(user.refresh_token)).body;
    const rows = JSON.stringify(await db.select().from(sessions).where(eq(sessions.user_id, user.id)));
    for (const token of [user.refresh_token, next.refresh_token]) expect(rows).not.toContain(token);
  });

  it("is refused to a user who was deactivated", async () => {
    const [user, admin] = [await signedIn(), await aUser({ role: "admin" })];
    await admin.patch(`/users/${user.id}`, { is_active: false });
    expect((await refresh(user.refresh_token)).status).toBe(400);
  });
});

describe("promise 2: signing out takes effect at the next request", () => {
  it("by the access token", async () => {
    const user = await signedIn();
    expect((await api.post("/auth/logout", { token: user.access_token, json: {} })).status).toBe(204);
    expect(await works(user.access_token)).toBe(false);
    expect((await refresh(user.refresh_token)).status).toBe(400);
  });

  it("by the refresh token, with an expired access token", async () => {
    const user = await signedIn();
    const later = serve({ deps: { now: () => new Date(Date.now() + 60 * 60 * 1000) } });
    const init = { token: user.access_token, form: { refresh_token: user.refresh_token } };
    expect((await later.post("/auth/logout", init)).status).toBe(204);
    expect(await works(user.access_token)).toBe(false);
  });

  it("by a refresh token that was used long ago, and by the access token where the other is none of ours", async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    const next = (await refresh((await refresh(first.refresh_token)).body.refresh_token)).body;
    const out = await api.post("/auth/logout", {
      token: next.access_token,
      json: { refresh_token: first.refresh_token },
    });
    expect(out.status).toBe(204);
    expect(await works(next.access_token)).toBe(false);
    await api.post("/auth/logout", { token: second.access_token, json: { refresh_token: "garbage" } });
    expect(await works(second.access_token)).toBe(false);
  });

  it("by the refresh token, where the access token is of another session", async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    const json = { refresh_token: first.refresh_token };
    expect((await api.post("/auth/logout", { token: second.access_token, json })).status).toBe(204);
    expect([await works(first.access_token), await works(second.access_token)]).toStrictEqual([false, true]);
  });

  it("not by a refresh token in another spelling", async () => {
    const user = await signedIn();
    for (const spelling of [`${user.refresh_token}=`, `${user.refresh_token} `]) {
      await api.post("/auth/logout", { json: { refresh_token: spelling } });
      expect(await works(user.access_token)).toBe(true);
    }
  });

  it("twice is no error, and without any token 401", async () => {
    const user = await signedIn();
    for (const _ of [1, 2])
      expect((await api.post("/auth/logout", { json: { refresh_token: user.refresh_token } })).status).toBe(204);
    expect((await api.post("/auth/logout", { json: {} })).status).toBe(401);
  });
});

describe("/auth/sessions", () => {
  it("lists, and ends one or all others", async () => {
    const user = await aUser({ password_hash });
    const [phone, laptop, tablet] = [
      await signIn(user.username),
      await signIn(user.username),
      await signIn(user.username),
    ];
    const list = async (token: string) => (await api.get("/auth/sessions", { token })).body.items;
    const all = await list(laptop.access_token);
    expect(all).toHaveLength(4);
    expect(all.filter((session: { is_current: boolean }) => session.is_current)).toHaveLength(1);
    const [newest] = await list(laptop.access_token);
    expect((await api.delete(`/auth/sessions/${newest.id}`, { token: phone.access_token })).status).toBe(204);
    expect(await works(tablet.access_token)).toBe(false);
    expect((await api.delete(`/auth/sessions/${newest.id}`, { token: phone.access_token })).status).toBe(404);
    expect((await api.delete("/auth/sessions", { token: laptop.access_token })).status).toBe(204);
    expect(await works(phone.access_token)).toBe(false);
    expect(await list(laptop.access_token)).toHaveLength(1);
  });

  it("lists none that has run out, and ends none twice; its token opens nothing", async () => {
    const user = await signedIn();
    const { items } = (await api.get("/auth/sessions", { token: user.access_token })).body;
    await age(user.id, "31 days");
    expect((await api.get("/users/me", { token: user.access_token })).status).toBe(401);
    const out = await api.post("/auth/logout", { json: { refresh_token: user.refresh_token } });
    expect(out.status).toBe(204);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id));
    expect(events.map(({ kind }) => kind)).toStrictEqual(["sign_in.succeeded"]);
    const again = (await signIn(user.username)).access_token;
    const left = (await api.get("/auth/sessions", { token: again })).body.items;
    expect(left).toHaveLength(1);
    expect(items.map(({ id }: { id: string }) => id)).not.toContain(left[0].id);
  });

  it("says when each was used last", async () => {
    const user = await signedIn();
    await age(user.id, "1 day");
    const list = async () => (await api.get("/auth/sessions", { token: user.access_token })).body.items;
    const [before] = await list();
    await refresh(user.refresh_token);
    const [after] = await list();
    expect(Date.parse(after.last_used_at) - Date.parse(before.last_used_at)).toBeGreaterThan(23 * 60 * 60 * 1000);
  });

  it("is used, too, by a token that was exchanged a moment ago", async () => {
    const user = await signedIn();
    const next = (await refresh(user.refresh_token)).body;
    await db.update(sessions).set({ last_used_at: sql`now() - interval '1 day'` }).where(eq(sessions.user_id, user.id));
    expect((await refresh(user.refresh_token)).status).toBe(200);
    const [used] = (await api.get("/auth/sessions", { token: next.access_token })).body.items;
    expect(Date.parse(used.last_used_at)).toBeGreaterThan(Date.now() - 60 * 60 * 1000);
  });

  it("gives out cursors that open nobody else's list", async () => {
    const [user, other] = [await signedIn(), await aUser()];
    const { next_cursor } = (await api.get("/auth/sessions?limit=1", { token: user.access_token })).body;
    const cursor = encodeURIComponent(next_cursor);
    expect((await api.get(`/auth/sessions?cursor=${cursor}`, { token: user.access_token })).status).toBe(200);
    expect((await other.get(`/auth/sessions?cursor=${cursor}`)).body.code).toBe("invalid_cursor");
  });

  it("takes Bearer in any letter case", async () => {
    const user = await aUser();
    for (const scheme of ["bearer", "BEARER", "Bearer "]) {
      const headers = { Authorization: `${scheme} ${user.token}` };
      expect((await api.get("/users/me", { headers })).status).toBe(200);
    }
  });

  it("keeps the first 400 characters of a user agent", async () => {
    const { username } = await aUser({ password_hash });
    const headers = { "User-Agent": "x".repeat(5_000) };
    const { body } = await api.post("/auth/login", { json: { username, password }, headers });
    const [session] = (await api.get("/auth/sessions", { token: body.access_token })).body.items;
    expect(session.user_agent).toBe("x".repeat(400));
  });

  it("tells its owner of a new network once, however many are opened from there at once", async () => {
    const { id, username } = await aUser({ password_hash });
    const headers = { "CF-Connecting-IP": "203.0.113.41" };
    const held = await holding(sql`select from users where id = ${id}::uuid for no key update`);
    const calls = Array.from({ length: 3 }, () => api.post("/auth/login", { json: { username, password }, headers }));
    await held.meets(...calls);
    await held.release();
    expect((await Promise.all(calls)).map(({ status }) => status)).toStrictEqual([200, 200, 200]);
    const told = and(eq(auditEvents.user_id, id), eq(auditEvents.kind, "sign_in.new_network"));
    expect(await db.$count(auditEvents, told)).toBe(1);
  });

  it("tells of no new network where a session from there has ended, under whichever name it was opened", async () => {
    const { id, username, email } = await aUser({ password_hash });
    const headers = { "CF-Connecting-IP": "203.0.113.42" };
    const enter = (name: string) => api.post("/auth/login", { json: { username: name, password }, headers });
    const { access_token: token } = (await enter(username)).body;
    expect((await api.post("/auth/logout", { token, json: {} })).status).toBe(204);
    expect((await enter(email)).status).toBe(200);
    const told = and(eq(auditEvents.user_id, id), eq(auditEvents.kind, "sign_in.new_network"));
    expect(await db.$count(auditEvents, told)).toBe(1);
  });

  it("tells of no new network where the account was made, nor where the address of the client is unknown", async () => {
    const username = unique();
    const from = (address: string) => ({ headers: { "CF-Connecting-IP": address } });
    const account = { username, email: `${username}@example.com`, password };
    const { id } = (await api.post("/users", { json: account, ...from("203.0.113.43") })).body;
    const told = and(eq(auditEvents.user_id, id), eq(auditEvents.kind, "sign_in.new_network"));
    for (const [init, count] of [
      [from("203.0.113.43"), 0],
      [{}, 0],
      [from("203.0.113.44"), 1],
    ] as const) {
      expect((await api.post("/auth/login", { json: { username, password }, ...init })).status).toBe(200);
      expect(await db.$count(auditEvents, told)).toBe(count);
    }
  });

  it("promise 11: somebody else's is not there", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const answer = await user.delete(`/auth/sessions/${other.sessionId}`);
    expect(answer.status).toBe(404);
    expect(await works(other.token)).toBe(true);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id));
    expect(events).toStrictEqual([]);
  });

  it("keeps device and network, for its owner to recognise", async () => {
    const user = await aUser({ password_hash });
    const headers = {
      "User-Agent": "A browser",
      "CF-Connecting-IP": "2001:db8:1:2:3:4:5:6",
      "X-Forwarded-For": "9.9.9.9",
    };
    const { body } = await api.post("/auth/login", { json: { username: user.username, password }, headers });
    const [session] = (await api.get("/auth/sessions", { token: body.access_token })).body.items;
    expect(session).toMatchObject({ user_agent: "A browser", network: "2001:db8:1:2::/64" });
  });
});

describe("the browser mode", () => {
  const name = "__Host-refresh_token";
  const dropped = /^__Host-refresh_token=; Max-Age=0; Path=\/; Secure$/;
  const formerDropped = "__Secure-refresh_token=; Max-Age=0; Path=/api/v1/auth; Secure";
  const sessionOf = async (token: string) => {
    const { items } = (await api.get("/auth/sessions", { token })).body;
    return items.find((session: { is_current: boolean }) => session.is_current);
  };
  const cookieOf = (answer: Answer) => answer.headers.get("Set-Cookie") ?? "";
  const login = async () => {
    const user = await aUser({ password_hash });
    const answer = await api.post("/auth/login", {
      json: { username: user.username, password, token_delivery: "cookie" },
      headers: { Origin: origin },
    });
    return { user, answer, cookie: cookieOf(answer).split(";")[0] ?? "" };
  };
  const post = (path: string, cookie: string, from?: string) =>
    api.post(path, { json: {}, headers: { Cookie: cookie, ...(from && { Origin: from }) } });

  it("keeps the refresh token in a cookie that scripts cannot read", async () => {
    const { answer } = await login();
    expect(answer.body.refresh_token).toBeUndefined();
    expect(cookieOf(answer)).toMatch(
      /^__Host-refresh_token=[\w-]{107}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  it.each([
    ["development", "http://localhost:8787", true],
    ["development", "http://127.0.0.1:8787", true],
    ["development", "http://[::1]:8787", true],
    ["development", "https://localhost.example.com", false],
    ["development", "http://127.0.0.1.example.com", false],
    ["test", "http://localhost:8787", false],
    ["test", "http://127.0.0.1:8787", false],
  ])(
    "sets a cookie that is not secure in development on loopback alone: %s at %s",
    async (environment, at, isLocal) => {
      const app = serve({ bindings: { ...bindings, ENVIRONMENT: environment } });
      const user = await aUser({ password_hash });
      const headers = { "Content-Type": "application/json", Origin: at };
      const signIn = { username: user.username, password, token_delivery: "cookie" };
      const request = { method: "POST", headers, body: JSON.stringify(signIn) };
      const answer = await app.fetch(new Request(`${at}/api/v1/auth/login`, request));
      const cookie = answer.headers.get("Set-Cookie") ?? "";
      expect(cookie).toMatch(isLocal ? /^refresh_token=[^;]+; .*HttpOnly; SameSite=Strict$/ : /^__Host-.*; Secure;/);
      const again = { method: "POST", headers: { ...headers, Cookie: cookie.split(";")[0] ?? "" }, body: "{}" };
      await expect(app.fetch(new Request(`${at}/api/v1/auth/refresh`, again))).resolves.toMatchObject({ status: 200 });
    },
  );

  it("refreshes from a listed origin, and from our own", async () => {
    const { cookie } = await login();
    const answer = await post("/auth/refresh", cookie, origin);
    expect(answer.status).toBe(200);
    expect(answer.body.refresh_token).toBeUndefined();
    expect(cookieOf(answer)).not.toContain(cookie);
    expect(answer.headers.get("Access-Control-Allow-Credentials")).toBe("true");
    expect((await post("/auth/refresh", cookieOf(answer).split(";")[0] ?? "", "https://api.example.com")).status).toBe(
      200,
    );
  });

  it.each(["https://evil.example", "null", undefined])("takes no cookie from %s", async (from) => {
    const { cookie, answer } = await login();
    for (const path of ["/auth/refresh", "/auth/logout"]) {
      const refused = await post(path, cookie, from);
      expect(refused.status).toBe(403);
      expect(refused.body.code).toBe("origin_not_allowed");
    }
    expect(await works(answer.body.access_token)).toBe(true);
  });

  it.each(["https://evil.example", undefined])(
    "sets no cookie for a page of %s: it may be signing its visitor in",
    async (from) => {
      const user = await aUser({ password_hash });
      for (const path of ["/auth/login", "/auth/restore"]) {
        const answer = await api.post(path, {
          form: { username: user.username, password, token_delivery: "cookie" },
          headers: from === undefined ? {} : { Origin: from },
        });
        expect(answer.status).toBe(403);
        expect(answer.headers.get("Set-Cookie")).toBeNull();
      }
    },
  );

  it("keeps the cookie of a session that was not the one to end", async () => {
    const { cookie } = await login();
    const json = { refresh_token: "x" };
    const out = await api.post("/auth/logout", { json, headers: { Cookie: cookie, Origin: "https://evil.example" } });
    expect(out.headers.get("Set-Cookie")).toBeNull();
    expect((await post("/auth/refresh", cookie, origin)).status).toBe(200);
  });

  it("signs out and drops the cookie", async () => {
    const { cookie, answer } = await login();
    const out = await post("/auth/logout", cookie, origin);
    expect(out.status).toBe(204);
    expect(cookieOf(out)).toMatch(dropped);
    expect(await works(answer.body.access_token)).toBe(false);
  });

  it("needs no body to refresh and to sign out, whatever its Content-Type", async () => {
    for (const type of [undefined, "application/json", "application/x-www-form-urlencoded", "text/plain"]) {
      const { cookie, answer } = await login();
      const headers = { Cookie: cookie, Origin: origin, ...(type !== undefined && { "Content-Type": type }) };
      const next = await api.post("/auth/refresh", { headers });
      expect(next.status).toBe(200);
      const [Cookie = ""] = cookieOf(next).split(";");
      expect((await api.post("/auth/logout", { headers: { ...headers, Cookie } })).status).toBe(204);
      expect(await works(answer.body.access_token)).toBe(false);
    }
  });

  it("drops a cookie that is refused for good, and no other", async () => {
    const { user, cookie } = await login();
    for (const Cookie of [`${name}=garbage`, `${name}=`]) {
      const refused = await post("/auth/refresh", Cookie, origin);
      expect(refused.body.code).toBe("invalid_refresh_token");
      expect(cookieOf(refused)).toMatch(dropped);
    }
    const broken = serve({ mayFail: true, bindings: { ...bindings, NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" } });
    const unavailable = await broken.post("/auth/refresh", { headers: { Cookie: cookie, Origin: origin } });
    expect([unavailable.status, cookieOf(unavailable)]).toStrictEqual([503, ""]);
    await db.update(sessions).set({ revoked_at: sql`now()` }).where(eq(sessions.user_id, user.id));
    expect(cookieOf(await post("/auth/refresh", cookie, origin))).toMatch(dropped);
    expect(cookieOf(await refresh("garbage"))).toBe("");
  });

  it("takes neither of two cookies of its name, whoever set the other", async () => {
    const [victim, attacker] = [await login(), await login()];
    for (const cookies of [`${attacker.cookie}; ${victim.cookie}`, `${victim.cookie}; a=b; ${attacker.cookie}`]) {
      for (const path of ["/auth/refresh", "/auth/logout"]) {
        const refused = await post(path, cookies, origin);
        expect(refused.body.code).toBe("invalid_refresh_token");
        expect(cookieOf(refused)).toMatch(dropped);
      }
    }
    for (const { answer } of [victim, attacker]) expect(await works(answer.body.access_token)).toBe(true);
    expect((await post("/auth/refresh", `x${attacker.cookie}; ${victim.cookie}`, origin)).status).toBe(200);
  });

  it("exchanges the cookie of earlier versions, which counts for nothing beside the new one", async () => {
    const [old, other] = [await login(), await login()];
    const former = old.cookie.replace("__Host-", "__Secure-");
    const answer = await post("/auth/refresh", `${former}; ${other.cookie}`, origin);
    expect((await sessionOf(answer.body.access_token)).id).toBe((await sessionOf(other.answer.body.access_token)).id);
    expect(answer.headers.getSetCookie()).toStrictEqual([formerDropped, expect.stringContaining(`${name}=`)]);
    const exchanged = await post("/auth/refresh", former, origin);
    expect(exchanged.status).toBe(200);
    expect(exchanged.headers.getSetCookie()).toStrictEqual([formerDropped, expect.stringContaining(`${name}=`)]);
    const out = await post("/auth/logout", former, origin);
    expect([out.status, cookieOf(out)]).toStrictEqual([204, formerDropped]);
    expect(await works(old.answer.body.access_token)).toBe(false);
  });
});

describe("settings of sessions", () => {
  it("decide how long they live", async () => {
    const user = await aUser({ password_hash });
    const short = serve({ bindings: { ...bindings, SESSION_IDLE_DAYS: "1" } });
    const { body } = await short.post("/auth/login", { json: { username: user.username, password } });
    await age(user.id, "25 hours");
    expect((await short.post("/auth/refresh", { json: { refresh_token: body.refresh_token } })).status).toBe(400);
  });
});

describe("a user's sessions", () => {
  it("are as many as SESSIONS_PER_USER, however many sign in at once; the one that was used longest ago ends", async () => {
    const own = serve({ bindings: { ...bindings, SESSIONS_PER_USER: "3" } });
    const owner = await aUser({ password_hash: quickHash("correct horse battery") });
    const json = { username: owner.username, password: "correct horse battery" };
    const [used, unused] = [await own.post("/auth/login", { json }), await own.post("/auth/login", { json })];
    await db
      .update(sessions)
      .set({ last_used_at: sql`now() - interval '1 hour'` })
      .where(eq(sessions.user_id, owner.id));
    const next = await own.post("/auth/refresh", { json: { refresh_token: used.body.refresh_token } });
    expect(next.status).toBe(200);
    // Of four, the one that was there first and the unused one have waited longest.
    expect((await own.post("/auth/login", { json })).status).toBe(200);
    expect((await own.post("/auth/login", { json })).status).toBe(200);
    expect((await own.get("/users/me", { token: next.body.access_token })).status).toBe(200);
    expect((await own.get("/users/me", { token: unused.body.access_token })).status).toBe(401);
    // More at once than ten would be taken for guesses.
    const many = await Promise.all(Array.from({ length: 9 }, () => own.post("/auth/login", { json })));
    expect(new Set(many.map(({ status }) => status))).toStrictEqual(new Set([200]));
    const live = await own.get("/auth/sessions", { token: many.at(-1)?.body.access_token });
    const rows = await db
      .select()
      .from(sessions)
      .where(and(eq(sessions.user_id, owner.id), isNull(sessions.revoked_at)));
    expect(rows).toHaveLength(3);
    expect([200, 401]).toContain(live.status);
    const ended = await db
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.user_id, owner.id), eq(auditEvents.kind, "session.ended")));
    expect(ended.length).toBeGreaterThan(0);
  });

  it("stay where a further one is not opened, as after a change of password at that moment", async () => {
    const { id } = await signedIn();
    const event = { id: crypto.randomUUID(), kind: "session.ended", user_id: id } as const;
    expect((await Sessions.endSurplus(db, id, crypto.randomUUID(), 1, event)).rows).toStrictEqual([]);
    expect(await db.$count(sessions, and(eq(sessions.user_id, id), isNull(sessions.revoked_at)))).toBe(2);
  });
});
