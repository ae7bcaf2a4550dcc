import { eq, inArray, like, or, type SQL, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { auditEvents, throttles, users } from "../../../src/db/schema.ts";
import { keyedHash } from "../../../src/security/keyed-hash.ts";
import { keysFor } from "../../../src/security/keys.ts";
import { dummyHash, type Passwords } from "../../../src/security/passwords.ts";
import type { Bindings } from "../../../src/settings.ts";
import { purgeThrottles } from "../../../src/tasks/purge-throttles.ts";
import { aUser, bindings, db, perform, serve, serveWithMailbox, settings, unique } from "../../harness.ts";

const right = "correct horse battery";

/** An app whose passwords cost nothing, and which counts how many were hashed. */
function counting(bindings?: Bindings) {
  const count = { hashes: 0 };
  const passwords: Passwords = {
    hash: async () => dummyHash,
    verify: async (_account, password) => {
      count.hashes += 1;
      await scheduler.wait(0);
      return password === right;
    },
  };
  const app = serve({ deps: { hasher: () => passwords }, ...(bindings && { bindings }) });
  const guess = (username: string, password: string, network: string, headers: Record<string, string> = {}) =>
    app.post("/auth/login", { json: { username, password }, headers: { "CF-Connecting-IP": network, ...headers } });
  return { app, count, guess };
}

let networks = 0;
/** An IPv4 address that no other test has. */
const aNetwork = () => {
  networks += 1;
  return `198.${18 + Math.floor(networks / 250)}.0.${networks % 250}`;
};

const fifty = Array.from({ length: 50 }, (_, i) => i);
const times = async (n: number, act: () => Promise<{ status: number }>) => {
  for (let i = 0; i < n; i++) expect((await act()).status).toBe(400);
};
const hash = async (text: string) => keyedHash((await keysFor(settings)).throttle[0], text);
/** Leaves a network one attempt, as 99 guesses at unknown accounts do; "guessing is bounded by network" makes all of them. */
async function nearlyExhaust(network: string) {
  const key = `network:${await hash(`network ${network}`)}`;
  const spent = { attempts: 99, last_attempt_at: sql`now()` };
  await db
    .insert(throttles)
    .values({ key, ...spent })
    .onConflictDoUpdate({ target: throttles.key, set: spent });
}
/** The counters of this login, from anywhere or from the account's own networks. */
const ofLogin = async ({ id, username }: { id: string; username: string }) =>
  or(eq(throttles.key, `login:${await hash(`login ${username}`)}`), like(throttles.key, `familiar:${id}:%`));
const age = (where: SQL | undefined, by: string) =>
  db
    .update(throttles)
    .set({
      last_attempt_at: sql`last_attempt_at - ${by}::interval`,
      blocked_until: sql`blocked_until - ${by}::interval`,
    })
    .where(where);

describe("promise 10: guessing is bounded by account", () => {
  it.each(["username", "email"] as const)(
    "fifty guesses at once at a %s run ten hashes, whatever the networks",
    async (field) => {
      const user = await aUser();
      const { count, guess } = counting();
      const logins = [user[field], user[field].toUpperCase()];
      const answers = await Promise.all(fifty.map((i) => guess(logins[i % 2] ?? "", "wrong", aNetwork())));
      expect(count.hashes).toBe(10);
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(10);
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(40);
      for (const { body, headers } of refused) {
        expect(body).toMatchObject({ code: "too_many_attempts", error: "temporarily_unavailable" });
        expect(Number(headers.get("Retry-After"))).toBeGreaterThan(0);
        expect(Number(headers.get("Retry-After"))).toBeLessThanOrEqual(30);
        expect(headers.get("RateLimit")).toBe(`"attempts";r=0;t=${headers.get("Retry-After")}`);
        expect(headers.get("RateLimit-Policy")).toBe('"attempts";q=10, "token";q=600;w=60, "sign_in";q=300;w=60');
      }
    },
  );

  it("a budget is an identifier's own: the username's tells nothing of the address's, nor of the owner's own change", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const { guess, app } = counting();
    const shared = aNetwork();
    const at = { "CF-Connecting-IP": shared };
    await times(10, () => guess(user.username, "wrong", aNetwork()));
    expect((await guess(user.username, "wrong", aNetwork())).status).toBe(429);
    const suspected = [user.email, other.email, `${unique("nobody")}@example.com`];
    for (const login of suspected) expect((await guess(login, "wrong", aNetwork())).status).toBe(400);
    const restore = (username: string) =>
      app.post("/auth/restore", { json: { username, password: "wrong" }, headers: at });
    for (const login of suspected) expect((await restore(login)).status).toBe(400);
    // To restore is to sign in: both ways to guess at one identifier share its budget.
    expect((await restore(user.username)).status).toBe(429);

    const change = (password: string) =>
      app.as(user).put("/users/me/password", { current_password: password, password: `${right}!` }, { headers: at });
    for (let i = 0; i < 10; i++) expect((await change("wrong")).status).toBe(403);
    expect((await change(right)).status).toBe(429);
    expect((await guess(user.email, "wrong", aNetwork())).status).toBe(400);
  });

  it("a known account and an unknown one answer alike in the account's own network, which a neighbour may share", async () => {
    const user = await aUser();
    const { guess } = counting();
    const shared = aNetwork();
    expect((await guess(user.username, right, shared)).status).toBe(200);
    await times(10, () => guess(user.username, "wrong", shared));
    expect((await guess(user.username, "wrong", shared)).status).toBe(429);
    for (const login of [user.email, `${unique("nobody")}@example.com`]) {
      expect((await guess(login, "wrong", shared)).status).toBe(400);
    }
    // Nor does an exhausted network tell whose address belongs to the username that is at home there.
    await nearlyExhaust(shared);
    await Promise.all(fifty.slice(0, 5).map(() => guess(unique("nobody"), "wrong", shared)));
    for (const login of [user.email, `${unique("nobody")}@example.com`]) {
      expect((await guess(login, "wrong", shared)).status).toBe(429);
    }
  });

  it("a success with one identifier gives nothing back to another", async () => {
    const user = await aUser();
    const { guess } = counting();
    await times(9, () => guess(user.username, "wrong", aNetwork()));
    await times(10, () => guess(user.email, "wrong", aNetwork()));
    expect((await guess(user.username, right, aNetwork())).status).toBe(200);
    expect((await guess(user.email, "wrong", aNetwork())).status).toBe(429);
    await times(10, () => guess(user.username, "wrong", aNetwork()));
  });

  it("letters that only Postgres folds make no other spelling", async () => {
    const { username } = await aUser({ username: unique("i") });
    const { guess, count } = counting();
    for (const login of [username.replace("i", "İ"), username.replace("i", "ı")]) {
      expect((await guess(login, right, aNetwork())).status).toBe(400);
    }
    expect(count.hashes).toBe(2);
  });

  it("promise 6: refuses known and unknown accounts alike, the right password too, in one round trip", async () => {
    const { guess } = counting();
    const [known, unknown] = [(await aUser()).username, unique("nobody")];
    const answers = [];
    for (const username of [known, unknown]) {
      const network = aNetwork();
      await Promise.all(fifty.map(() => guess(username, "wrong", network)));
      answers.push(await guess(username, right, network, { "X-Request-Id": "same" }));
    }
    const [first, second] = answers;
    expect(first?.status).toBe(429);
    expect(second?.text).toBe(first?.text);
    expect(second?.status).toBe(first?.status);
    expect(second?.roundTrips).toBe(1);
    expect(first?.roundTrips).toBe(1);
    expect([...(second?.headers.keys() ?? [])]).toStrictEqual([...(first?.headers.keys() ?? [])]);
  });

  it("forgets on success", async () => {
    const { username } = await aUser();
    const { guess } = counting();
    const network = aNetwork();
    for (let round = 0; round < 3; round++) {
      await times(9, () => guess(username, "wrong", network));
      expect((await guess(username, right, network)).status).toBe(200);
    }
  });

  it("delays double up to a quarter of an hour, are not prolonged by trying, and are forgotten in a quiet time", async () => {
    const user = await aUser();
    const { username } = user;
    const { guess } = counting();
    const network = aNetwork();
    await times(10, () => guess(username, "wrong", network));
    const delays = [];
    for (let i = 0; i < 7; i++) {
      await Promise.all(fifty.slice(0, 5).map(() => guess(username, "wrong", network)));
      const { status, headers } = await guess(username, "wrong", network);
      expect(status).toBe(429);
      const delay = Number(headers.get("Retry-After"));
      delays.push(delay);
      await age(await ofLogin(user), `${delay} seconds`);
      await times(1, () => guess(username, "wrong", network));
    }
    const expected = [30, 60, 120, 240, 480, 900, 900];
    for (const [i, delay] of delays.entries()) {
      expect(delay).toBeLessThanOrEqual(expected[i] ?? 0);
      expect(delay).toBeGreaterThan((expected[i] ?? 0) - 10);
    }
    // The counter stands at fifteen, however long somebody went on guessing.
    for (const [quiet, attempts] of [
      ["8 hours", 3],
      ["1 day", 10],
    ] as const) {
      await age(await ofLogin(user), quiet);
      await times(attempts, () => guess(username, "wrong", network));
      expect((await guess(username, "wrong", network)).status).toBe(429);
    }
  });

  it("one attempt is forgotten each hour", async () => {
    const user = await aUser();
    const { username } = user;
    const { guess } = counting();
    await times(10, () => guess(username, "wrong", aNetwork()));
    await age(await ofLogin(user), "2 hours");
    await times(2, () => guess(username, "wrong", aNetwork()));
    expect((await guess(username, "wrong", aNetwork())).status).toBe(429);
  });

  it("writes down when a delay begins, once, and logs whom it refuses", async () => {
    const { username, id } = await aUser();
    const { guess, app } = counting();
    await Promise.all(fifty.slice(0, 20).map(() => guess(username, "wrong", aNetwork())));
    const rows = await db.select().from(auditEvents).where(sql`user_id = ${id} and kind = 'sign_in.throttled'`);
    expect(rows).toHaveLength(1);
    const logged = app.logs.filter((line) => JSON.stringify(line.events ?? "").includes("sign_in.throttled"));
    expect(logged).toHaveLength(11);
  });
});

describe("promise 10: nobody can lock a victim out", () => {
  it("a network that the account has signed in from before has a budget of its own", async () => {
    const { username } = await aUser();
    const { guess, count } = counting();
    const home = aNetwork();
    expect((await guess(username, right, home)).status).toBe(200);
    const attack = () => Promise.all(fifty.map(() => guess(username, "wrong", aNetwork())));
    await attack();
    expect((await guess(username, right, aNetwork())).status).toBe(429);
    expect((await guess(username, right, home)).status).toBe(200);
    const before = count.hashes;
    await attack();
    expect(count.hashes, "signing in at home gives the attacker nothing back").toBe(before);
    await times(10, () => guess(username, "wrong", home));
    expect((await guess(username, right, home)).status, "and is bounded too").toBe(429);
  });

  it("so it has where others had the name before", async () => {
    const username = unique();
    for (let i = 0; i < 3; i++) await aUser({ username, deleted_at: new Date().toISOString() });
    await aUser({ username });
    const { guess } = counting();
    const home = aNetwork();
    expect((await guess(username, right, home)).status).toBe(200);
    await Promise.all(fifty.map(() => guess(username, "wrong", aNetwork())));
    expect((await guess(username, right, home)).status).toBe(200);
  });

  it("so has one in which its password was reset by mail", async () => {
    const { username, email } = await aUser();
    const { guess } = counting();
    const mailbox = serveWithMailbox();
    const home = aNetwork();
    await mailbox.post("/auth/password/forgot", { json: { email } });
    const json = { token: mailbox.tokenFor(email), password: unique("password") };
    const headers = { "CF-Connecting-IP": home };
    expect((await mailbox.post("/auth/password/reset", { json, headers })).status).toBe(204);
    await Promise.all(fifty.slice(0, 12).map(() => guess(username, "wrong", aNetwork())));
    expect((await guess(username, right, aNetwork())).status).toBe(429);
    expect((await guess(username, right, home)).status).toBe(200);
  });

  it("a neighbour in the same network leaves a budget to those who have signed in there before", async () => {
    const [owner, stranger] = [await aUser(), await aUser()];
    const { guess } = counting();
    const shared = aNetwork();
    expect((await guess(owner.username, right, shared)).status).toBe(200);
    await nearlyExhaust(shared);
    await Promise.all(fifty.slice(0, 5).map(() => guess(unique("nobody"), "wrong", shared)));
    expect((await guess(stranger.username, right, shared)).status).toBe(429);
    expect((await guess(owner.username, right, shared)).status).toBe(200);
  });

  it("an account that waits keeps its sessions: it reads, refreshes and signs out", async () => {
    const { username } = await aUser();
    const { guess, app } = counting();
    const { body } = await guess(username, right, aNetwork());
    await Promise.all(fifty.map(() => guess(username, "wrong", aNetwork())));
    expect((await app.get("/users/me", { token: body.access_token })).status).toBe(200);
    const next = await app.post("/auth/refresh", { json: { refresh_token: body.refresh_token } });
    expect(next.status).toBe(200);
    expect((await app.post("/auth/logout", { json: { refresh_token: next.body.refresh_token } })).status).toBe(204);
  });
});

describe("promise 10: guessing is bounded by network", () => {
  it("a hundred guesses at as many accounts, and X-Forwarded-For makes no other network", async () => {
    const { guess, count } = counting();
    const network = aNetwork();
    const spray = (i: number) => guess(unique("spray"), "wrong", network, { "X-Forwarded-For": `203.0.113.${i}` });
    for (let round = 0; round < 3; round++) await Promise.all(fifty.map(spray));
    expect(count.hashes).toBe(100);
    expect((await guess(unique("spray"), "wrong", aNetwork())).status).toBe(400);
  });

  it("an IPv6 customer is one network", async () => {
    const { guess, count } = counting();
    const address = (i: number) => `2001:db8:${(networks % 65_536).toString(16)}:1::${i.toString(16)}`;
    for (let round = 0; round < 3; round++) {
      await Promise.all(fifty.map((i) => guess(unique("spray"), "wrong", address(round * 50 + i))));
    }
    expect(count.hashes).toBe(100);
  });

  it("an attempt is forgotten each minute, and success takes back only its own", async () => {
    const { username } = await aUser();
    const { guess, count } = counting();
    const network = aNetwork();
    const key = `network:${await hash(`network ${network}`)}`;
    await nearlyExhaust(network);
    expect((await guess(unique("s"), "wrong", network)).status).toBe(400);
    await age(sql`key = ${key}`, "5 minutes");
    expect((await guess(username, right, network)).status).toBe(200);
    const before = count.hashes;
    await Promise.all(fifty.map(() => guess(unique("s"), "wrong", network)));
    expect(count.hashes - before).toBe(5);
  });

  it("a success takes back its own attempt, and no delay that others have earned", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const { guess } = counting();
    const [network, second] = [aNetwork(), aNetwork()];
    const spray = (at: string) => guess(unique("s"), "wrong", at);
    await nearlyExhaust(network);
    expect((await spray(network)).status).toBe(400);
    expect((await spray(network)).status).toBe(429);
    await age(sql`key = ${`network:${await hash(`network ${network}`)}`}`, "30 seconds");
    expect((await guess(user.username, right, network)).status).toBe(200);
    expect((await spray(network)).status).toBe(429);

    await nearlyExhaust(second);
    expect((await guess(other.username, right, second)).status).toBe(200);
    expect((await spray(second)).status).toBe(400);
  });

  it.each<[string, number, string, object]>([
    ["deletes the account", 204, "/users/me/deletion", {}],
    ["asks for another address", 202, "/users/me/email", { email: `${unique()}@example.com` }],
    ["is confirmed", 204, "/auth/password/confirm", {}],
    ["is changed", 204, "/users/me/password", { password: "a wholly different one" }],
  ])("a right password that %s takes back its attempt, as a sign-in does", async (_use, status, path, body) => {
    const user = await aUser();
    const { app, guess } = counting();
    const network = aNetwork();
    await nearlyExhaust(network);
    const json = { ...body, current_password: right };
    const method = path.endsWith("password") ? "PUT" : "POST";
    const init = { token: user.token, json, headers: { "CF-Connecting-IP": network } };
    expect((await app.call(method, path, init)).status).toBe(status);
    expect((await guess(unique("s"), "wrong", network)).status).toBe(400);
    expect((await guess(unique("s"), "wrong", network)).status).toBe(429);
  });

  it("so does one to an account that may not sign in: it is deleted, or its address is not verified", async () => {
    const strict = { ...bindings, REQUIRE_VERIFIED_EMAIL: "true", RESEND_API_KEY: "re_12345678" };
    const barred = [
      ["account_deleted", await aUser({ deleted_at: new Date().toISOString() }), counting()],
      ["email_not_verified", await aUser(), counting(strict)],
    ] as const;
    for (const [code, { username }, { guess }] of barred) {
      const network = aNetwork();
      await nearlyExhaust(network);
      expect((await guess(username, right, network)).body.code).toBe(code);
      expect((await guess(unique("s"), "wrong", network)).status).toBe(400);
      expect((await guess(unique("s"), "wrong", network)).status).toBe(429);
    }
  });

  it("holds no address and no login in clear", async () => {
    const { guess } = counting();
    const [login, network] = [unique("nobody"), aNetwork()];
    await guess(login, "wrong", network);
    const rows = JSON.stringify(await db.select().from(throttles));
    expect(rows).not.toContain(login);
    expect(rows).not.toContain(network);
  });
});

describe("the counters", () => {
  it("count each of many wrong guesses at once, at several accounts from several networks", async () => {
    const { guess, count } = counting();
    const accounts = await Promise.all([aUser(), aUser(), aUser()]);
    const places = [aNetwork(), aNetwork(), aNetwork(), aNetwork()];
    const guesses = accounts.flatMap(({ username }) =>
      fifty.slice(0, 8).map((i) => [username, places[i % 4] ?? ""] as const),
    );
    const answers = await Promise.all(guesses.map(([username, network]) => guess(username, "wrong", network)));
    expect(answers.map(({ status }) => status)).toStrictEqual(Array(24).fill(400));
    expect(count.hashes).toBe(24);
    const keys = await Promise.all([
      ...accounts.map(async ({ username }) => `login:${await hash(`login ${username}`)}`),
      ...places.map(async (network) => `network:${await hash(`network ${network}`)}`),
    ]);
    const rows = await db.select().from(throttles).where(inArray(throttles.key, keys));
    const attempts = Object.fromEntries(rows.map((row) => [row.key, row.attempts]));
    expect(keys.map((key) => attempts[key])).toStrictEqual([8, 8, 8, 6, 6, 6, 6]);
  });

  it("stand right and wrong guesses at once: each is hashed or refused, and no more than the budget fails", async () => {
    const { guess, count } = counting();
    const accounts = await Promise.all([aUser(), aUser(), aUser()]);
    const places = [aNetwork(), aNetwork(), aNetwork(), aNetwork()];
    const guesses = fifty.flatMap((i) =>
      [right, "wrong", right].map(
        (password, j) => [accounts[(i + j) % 3]?.username ?? "", password, places[i % 4] ?? ""] as const,
      ),
    );
    const answers = await Promise.all(guesses.map((one) => guess(...one)));
    const byStatus = Map.groupBy(answers.entries(), ([, { status }]) => status);
    const of = (status: number) => [...(byStatus.get(status) ?? [])].map(([i]) => guesses[i]);
    expect([...byStatus.keys()].filter((status) => ![200, 400, 429].includes(status))).toStrictEqual([]);
    expect(of(200).length + of(400).length).toBe(count.hashes);
    for (const one of of(200)) expect(one?.[1]).toBe(right);
    for (const one of of(400)) expect(one?.[1]).toBe("wrong");
    // Ten for each account from elsewhere, and ten more for each network that became its own meanwhile.
    for (const { username } of accounts) {
      expect(of(400).filter((one) => one?.[0] === username).length).toBeLessThanOrEqual(10 + 4 * 10);
    }
    expect(of(200).length).toBeGreaterThanOrEqual(accounts.length);
    expect((await db.select().from(throttles).where(sql`attempts < 0`)).length).toBe(0);
  });

  it("are purged when they say nothing any more", async () => {
    const [old, young, home, oldHome] = ["login", "login", "familiar", "familiar"].map((kind) => `${kind}:${uuidv7()}`);
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await db.insert(throttles).values([
      { key: old ?? "", attempts: 3, last_attempt_at: ago(2) },
      { key: young ?? "", attempts: 3, last_attempt_at: ago(0.5) },
      { key: home ?? "", attempts: 0, last_attempt_at: ago(80) },
      { key: oldHome ?? "", attempts: 0, last_attempt_at: ago(91) },
    ]);
    await perform(purgeThrottles);
    const left = (await db.select().from(throttles)).map(({ key }) => key);
    expect(left).toEqual(expect.arrayContaining([young, home]));
    expect(left).not.toContain(old);
    expect(left).not.toContain(oldHome);
  });

  it("a request that is refused for its size or its shape is not counted", async () => {
    const { guess, app, count } = counting();
    const network = aNetwork();
    const key = `network:${await hash(`network ${network}`)}`;
    const { username } = await aUser();
    const headers = { "CF-Connecting-IP": network };
    const large = "x".repeat(1024 * 1024 + 1);
    expect((await app.post("/auth/login", { json: { username, password: large }, headers })).status).toBe(413);
    expect((await guess(username, "x".repeat(513), network)).body.code).toBe("invalid_request");
    expect(await db.select().from(throttles).where(sql`key = ${key}`)).toHaveLength(0);
    expect(count.hashes).toBe(0);
    expect(await db.select().from(users).where(sql`username = ${username}`)).toHaveLength(1);
  });
});
