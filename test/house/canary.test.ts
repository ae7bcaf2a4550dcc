import { sql } from "drizzle-orm";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/client.ts";
import { logToConsole } from "../../src/log.ts";
import { withThumbprint } from "../../src/security/signing-keys.ts";
import { type Answer, aUser, bindings, db, parsed, serveWithMailbox, unique } from "../harness.ts";

/** Passwords and raw tokens, whoever made them: each is in exactly one place, its owner's. */
const secrets = new Map<string, string>();
/** Everything written to the console, the app's log included. */
const output: string[] = [];

function secret(what: string, value: string): string {
  expect(value.length, what).toBeGreaterThanOrEqual(8);
  secrets.set(value, what);
  // A part of a secret is a leak, too.
  if (what.endsWith("token")) secrets.set(value.slice(-24), `the end of ${what}`);
  return value;
}
const password = (what: string) => secret(what, `canary ${unique(what)} with spaces`);

const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
const key = await withThumbprint(await exportJWK(privateKey));
if (key.kty === "OKP") secret("private key", key.d);
secret("SECRET_KEY", String(bindings.SECRET_KEY));
secret("database password", new URL(parsed(bindings).DATABASE_URL).password);

const api = serveWithMailbox({
  deps: { log: logToConsole },
  bindings: { ...bindings, ALGORITHM: "EdDSA", SIGNING_KEYS: JSON.stringify([key]) },
});
const methods = ["log", "info", "warn", "error", "debug", "trace"] as const;
// A spread would miss what the console inherits.
const originals = methods.map((method) => [method, console[method]] as const);

beforeAll(() => {
  for (const method of methods) console[method] = (...args: unknown[]) => void output.push(args.map(String).join(" "));
});
afterAll(() => {
  for (const [method, own] of originals) console[method] = own;
});

/** Every access and refresh token of an answer is a secret from then on. */
function noted(answer: Answer): Answer {
  const { access_token, refresh_token } = answer.body ?? {};
  if (access_token) secret("access token", access_token);
  if (refresh_token) secret("refresh token", refresh_token);
  if (answer.body?.key) secret("key token", answer.body.key);
  const cookie = /refresh_token=([\w-]{20,})/.exec(answer.headers.get("Set-Cookie") ?? "")?.[1];
  if (cookie) secret("cookie token", cookie);
  return answer;
}
const post = async (path: string, json: object, token?: string) =>
  noted(await api.post(path, { json, ...(token !== undefined && { token }) }));
const mailed = (address: string) => secret("mailed token", api.tokenFor(address));

/** A life of correct and mistaken steps. Add a step as a line; its secrets go through `secret` and `noted`. */
async function live(): Promise<{ username: string; answers: Answer[] }> {
  const username = unique("canary");
  const email = `${username}@example.com`;
  const first = password("first");
  const answers = [
    await post("/users", { username, email, password: first }),
    await post("/users", { username, email, password: password("taken") }),
    await post("/users", { username, email: "no address", password: password("invalid") }),
    await post("/users", { username, email, unknown: password("unknown") }),
    await api.post("/users", {
      body: `{"password":"${password("broken")}`,
      headers: { "Content-Type": "application/json" },
    }),
    await post("/auth/email/verify", { token: mailed(email) }),
    await post("/auth/email/verify", { token: mailed(email) }),
    await post("/auth/login", { username, password: password("wrong") }),
    await post("/auth/login", { username: unique("nobody"), password: password("nobody") }),
    await post("/auth/login", { username: password("typed as username"), password: first }),
    await post("/auth/login", { username, password: first, token_delivery: "cookie" }),
    await api.post("/auth/login", {
      form: { grant_type: "password", username, password: first, client_secret: password("client") },
    }),
    await api.get(`/users/me?access_token=${encodeURIComponent(password("in the query"))}`),
    await api.get(`/${encodeURIComponent(password("in the path"))}`),
  ].map(noted);

  const phone = (await post("/auth/login", { username, password: first })).body;
  const next = (await post("/auth/refresh", { refresh_token: phone.refresh_token })).body;
  const laptop = (await post("/auth/login", { username, password: first })).body;
  const second = password("second");
  const made = await post("/api-keys", { name: "Canary", permissions: ["items:read"] }, laptop.access_token);
  const { id: keyId, key } = made.body;
  const changes = { token: laptop.access_token };
  answers.push(
    made,
    await post("/api-keys", { name: "canary", permissions: ["items:read"] }, laptop.access_token),
    await api.get("/items", { token: key }),
    await api.post("/items", { token: key, json: { title: "Not permitted" } }),
    await api.get("/users/me", { token: key }),
    await api.get("/items", { token: secret("wrong key token", `${key.slice(0, -1)}!`) }),
    await api.get(`/items?key=${encodeURIComponent(key)}`, { token: key }),
    await api.get("/api-keys", changes),
    noted(await api.post(`/api-keys/${keyId}/rotate`, { ...changes, json: { overlap_seconds: 0 } })),
    await api.get("/items", { token: key }),
    await api.patch(`/api-keys/${keyId}`, { ...changes, json: { networks: ["203.0.113.0/24"] } }),
    await api.delete(`/api-keys/${keyId}`, changes),
  );
  // Ends the grace of the token that was rotated.
  await db.execute(sql`
    update sessions set previous_until = array(select until - interval '1 minute' from unnest(previous_until) as until)
    where user_id = (select id from users where username = ${username})`);
  answers.push(
    await post("/auth/refresh", { refresh_token: next.refresh_token }),
    // A replay, by which the session ends.
    await post("/auth/refresh", { refresh_token: phone.refresh_token }),
    await post("/auth/refresh", { refresh_token: password("no refresh token") }),
    await api.get("/users/me", { token: next.access_token }),
    await api.get("/users/me", { token: password("no access token").replaceAll(" ", "") }),
    await api.patch("/users/me", { token: laptop.access_token, json: { full_name: "Canary" } }),
    await api.patch("/users/me", { token: laptop.access_token, json: { password: password("not a field") } }),
    await api.put("/users/me/password", {
      token: laptop.access_token,
      json: { current_password: password("not current"), password: second },
    }),
    await api.put("/users/me/password", {
      token: laptop.access_token,
      json: { current_password: first, password: second },
    }),
    await post("/users/me/email", { email: `new.${email}`, current_password: password("not it") }, laptop.access_token),
    await post("/users/me/email", { email: `new.${email}`, current_password: second }, laptop.access_token),
    await post("/auth/email/confirm", { token: mailed(`new.${email}`) }),
    await post("/auth/password/forgot", { email: `new.${email}` }),
  );
  const reset = mailed(`new.${email}`);
  const third = password("third");
  answers.push(
    await post("/auth/password/reset", { token: password("no token"), password: password("refused") }),
    await post("/auth/password/reset", { token: reset, password: third }),
    await post("/auth/password/reset", { token: reset, password: password("replayed") }),
  );
  const again = (await post("/auth/login", { username, password: third })).body;
  answers.push(
    await api.get("/users/me/export", { token: again.access_token }),
    await post("/users/me/deletion", { current_password: password("not the third") }, again.access_token),
    await post("/users/me/deletion", { current_password: third }, again.access_token),
    await post("/auth/login", { username, password: third }),
    await post("/auth/restore", { username, password: password("wrong again") }),
    await post("/auth/restore", { username, password: third }),
  );
  for (let i = 0; i < 12; i++) answers.push(await post("/auth/login", { username, password: password(`guess ${i}`) }));
  return { username, answers };
}

/** The columns of all tables, anywhere in the database, in which one of these texts is. */
async function columnsWith(texts: string[]): Promise<string[]> {
  const { rows } = await db.execute<{ table: string; column: string; name: string }>(sql`
    select format('%I.%I', table_schema, table_name) as table, format('%I', column_name) as column,
      concat_ws('.', table_name, column_name) as name
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
      and data_type in ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'ARRAY', 'name')`);
  const found = [];
  for (const { table, column, name } of rows) {
    const { rows: hits } = await db.execute(sql`
      select from ${sql.raw(table)} as t, jsonb_array_elements_text(${JSON.stringify(texts)}::jsonb) as texts(one)
      where position(one in t.${sql.raw(column)}::text) > 0 limit 1`);
    if (hits.length > 0) found.push(name);
  }
  return found.toSorted();
}

describe("promise 24: no password and no token is ever kept or told", async () => {
  it("not in a log, not in the database, not in an answer but its own", async () => {
    const { username, answers } = await live();
    const statuses = new Set(answers.map(({ status }) => status));
    for (const status of [200, 201, 204, 400, 401, 403, 404, 409, 422, 429]) expect(statuses).toContain(status);
    expect(secrets.size).toBeGreaterThan(50);

    const log = output.join("\n");
    for (const event of ["sign_in.failed", "session.replayed", "password.reset", "account.restored"]) {
      expect(log).toContain(event);
    }
    // Proves that the search works: the log has the route, the tables have the name and its mail.
    expect(await columnsWith([username])).toStrictEqual(expect.arrayContaining(["mails.recipient", "users.email"]));
    expect(log).not.toContain(`${username}@example.com`);

    for (const [value, what] of secrets) {
      expect(log.includes(value), `${what} in the log`).toBe(false);
      const isOwnAnswer = /token$/.test(what);
      if (!isOwnAnswer)
        for (const { text } of answers) expect(text.includes(value), `${what} in an answer`).toBe(false);
    }
    expect(await columnsWith([...secrets.keys()])).toStrictEqual([]);
  });

  it("stays out of the log when the database fails in the middle, with its parameters in the error", async () => {
    const before = output.length;
    const user = await aUser();
    const broken = serveWithMailbox({
      mayFail: true,
      deps: { log: logToConsole },
      bindings: { ...bindings, NEON_FETCH_ENDPOINT: "http://127.0.0.1:9/sql" },
    });
    const statuses = [
      await broken.post("/auth/login", { json: { username: user.username, password: password("unlucky") } }),
      await broken.post("/auth/refresh", { json: { refresh_token: password("unlucky refresh") } }),
      await broken.post("/users", {
        json: { username: unique(), email: `${unique()}@example.com`, password: password("unlucky sign-up") },
      }),
    ].map(({ status }) => status);
    // The driver has one endpoint for the whole isolate: the next tests need theirs.
    connect(parsed(bindings));
    expect(statuses).toContain(503);
    const log = output.slice(before).join("\n");
    expect(log).toContain("database_unavailable");
    for (const [value, what] of secrets) expect(log.includes(value), what).toBe(false);
  });
});
