import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminReport, createAdmin, deployedAddresses } from "../../../dev/commands/create-admin.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";
import { OneTimeTokens } from "../../../src/crud/one-time-tokens.ts";
import { Sessions } from "../../../src/crud/sessions.ts";
import { Users } from "../../../src/crud/users.ts";
import { connect, type Database } from "../../../src/db/client.ts";
import { apiKeys, auditEvents, mails, sessions } from "../../../src/db/schema.ts";
import { dummyHash } from "../../../src/security/passwords.ts";
import { hashToken } from "../../../src/security/refresh-tokens.ts";
import { type Served, serve } from "../local/serve.ts";

describe("npm run admin:create", () => {
  let served: Served;
  let db: Database;
  beforeAll(async () => {
    served = await serve();
    await migrate(served.database);
    const { connectionString: DATABASE_URL, url: NEON_FETCH_ENDPOINT } = served.endpoint;
    db = connect({ DATABASE_URL, NEON_FETCH_ENDPOINT, DATABASE_TIMEOUT_MS: 30_000 });
  });
  afterAll(() => served.close());
  const anAddress = () => `Admin+${uuidv7().slice(-12)}@example.com`;
  const find = async (email: string) => (await Users.findByLogin(db, email))[0];
  const ownerOf = async (token: string) =>
    (await OneTimeTokens.find(db, await hashToken(token), "reset_password")).rows.map(({ email }) => email);

  it("makes an account that nobody can sign in to before its link sets a password", async () => {
    const email = anAddress();
    const { isNew, token } = await createAdmin(db, email);
    expect(isNew).toBe(true);
    expect(await find(email)).toMatchObject({ email, role: "admin", password_hash: dummyHash, is_active: true });
    expect(await ownerOf(token)).toStrictEqual([email]);
    expect(await db.$count(mails, eq(mails.recipient, email))).toBe(0);
  });

  it("promotes an account that is there, in any letter case, and keeps its password", async () => {
    const email = anAddress();
    const id = uuidv7();
    const email_verified_at = new Date().toISOString();
    await Users.insert(db, {
      id,
      email,
      username: uuidv7(),
      password_hash: "kept",
      is_active: false,
      email_verified_at,
    });
    const { isNew, token } = await createAdmin(db, email.toUpperCase());
    expect(isNew).toBe(false);
    expect(await find(email)).toMatchObject({ id, email, role: "admin", is_active: true, password_hash: "kept" });
    expect(await ownerOf(token)).toStrictEqual([email]);
  });

  it("lets nobody come along who opened an account with an address that was never verified", async () => {
    const email = anAddress();
    const user_id = uuidv7();
    await Users.insert(db, { id: user_id, email, username: uuidv7(), password_hash: "a squatter's" });
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    await db.insert(sessions).values({ id: uuidv7(), user_id, token_hash: "", expires_at });
    const key = { id: uuidv7(), user_id, made_by: user_id, name: "theirs", secret_hash: "", networks: [] };
    await db.insert(apiKeys).values({ ...key, permissions: ["items:read"] });
    // They sign in again at that moment, and both wait for the account.
    const busy = db.batch([Users.lock(db, user_id).hold, db.execute(sql`select pg_sleep(1)`)]).then(() => undefined);
    const isOver = busy.then(() => true);
    const until = async (happens: SQL) => {
      const seen = async () => (await db.execute(happens)).rows.length > 0;
      while (!(await Promise.race([seen(), isOver])));
    };
    const theirs = { id: uuidv7(), userId: user_id, tokenHash: "", userAgent: null, network: null };
    const terms = { idleDays: 30, absoluteDays: 90, graceSeconds: 30 };
    const here = sql`select from pg_stat_activity where datname = current_database()`;
    await until(sql`${here} and query like 'select pg_sleep%' and state = 'active'`);
    const signedIn = Sessions.open(db, theirs, ["a squatter's"], terms).then(() => undefined);
    await until(sql`${here} and wait_event_type = 'Lock'`);
    await Promise.all([busy, signedIn, createAdmin(db, email)]);
    expect(await find(email)).toMatchObject({ id: user_id, role: "admin", password_hash: dummyHash });
    expect(await db.$count(sessions, and(eq(sessions.user_id, user_id), isNull(sessions.revoked_at)))).toBe(0);
    expect(await db.$count(apiKeys, and(eq(apiKeys.user_id, user_id), isNull(apiKeys.revoked_at)))).toBe(0);
    const [ended] = await db
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.user_id, user_id), eq(auditEvents.kind, "api_key.revoked")));
    expect(ended?.details).toStrictEqual({ api_key_id: key.id, key_name: "theirs", by: "npm run admin:create" });
  });

  it("prints no address of this machine for a deployed API", () => {
    const text = adminReport("ada@example.com", "the database of production", true, "a-token", deployedAddresses());
    expect(text).toContain("/reset-password?token=a-token");
    expect(text).toContain('"https://<your API>/api/v1/auth/password/reset"');
    expect(text).not.toContain("localhost");
  });

  it("prints a link that works, as often as it is asked: the last one counts", async () => {
    const email = anAddress();
    const [first, second] = [await createAdmin(db, email), await createAdmin(db, email)];
    expect(await ownerOf(first.token)).toStrictEqual([]);
    expect(await ownerOf(second.token)).toStrictEqual([email]);
  });
});
