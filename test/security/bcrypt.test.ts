import { hash } from "bcryptjs";
import { eq, inArray, sql } from "drizzle-orm";
import { afterEach, describe, expect, it } from "vitest";
import { users } from "../../src/db/schema.ts";
import { dummiesBeside } from "../../src/security/dummies.ts";
import {
  dummyHash,
  dummyOf,
  hashInPlace,
  hashPassword,
  isVerifiable,
  needsRehash,
  type Passwords,
  verifyPassword,
} from "../../src/security/passwords.ts";
import { api, aUser, db, serve, unique } from "../harness.ts";

const password = "correct horse battery";
const imports: string[] = [];
/** A user whose hash came from elsewhere, until the test is over: while there is one, each failed sign-in costs more. */
const imported = async (password_hash: string, values: Parameters<typeof aUser>[0] = {}) => {
  const user = await aUser({ password_hash, ...values });
  imports.push(user.id);
  return user;
};
afterEach(async () => {
  await db.update(users).set({ password_hash: dummyHash }).where(inArray(users.id, imports));
});
const stored = async (id: string) => (await db.select().from(users).where(eq(users.id, id)))[0]?.password_hash;

describe("promise 9: bcrypt hashes of imported users", () => {
  // The first three are of passlib's own test suite, the next two of Openwall's crypt_blowfish.
  it.each([
    ["U*U*U*U*", "$2a$05$c92SVSfjeiCD6F2nAD6y0uBpJDjdRkt0EgeC4/31Rf2LUZbDRDE.O"],
    ["U*U***U", "$2a$05$WY62Xk2TXZ7EvVDQ5fmjNu7b0GEzSzUXUh2cllxJwhtOeMtWV3Ujq"],
    ["U*U***U*", "$2a$05$Fa0iKV3E2SYVUlMknirWU.CFYGvJ67UwVKI1E2FP6XeLiZGcH3MJi"],
    ["U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
    ["", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"],
  ])("verifies the published %j", async (secret, published) => {
    for (const prefix of ["$2a$", "$2b$", "$2y$"]) {
      const phc = published.replace("$2a$", prefix);
      expect(isVerifiable(phc)).toBe(true);
      expect(await verifyPassword(secret, phc)).toBe(true);
      expect(await verifyPassword(`${secret}x`, phc)).toBe(false);
    }
  });

  it.each([
    ["a cost of 3", "$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
    ["a cost of 15", "$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
    ["a cost of 31", "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
    ["the broken $2x$", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
    ["a cut hash", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe"],
    ["a longer hash", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n"],
  ])("never spends on %s", async (_what, phc) => {
    expect(isVerifiable(phc)).toBe(false);
    expect(await verifyPassword("U*U", phc)).toBe(false);
  });

  it("log in and are upgraded, once, however many sign in at once", async () => {
    const old = await hash(password, 4);
    expect(old).toMatch(/^\$2b\$04\$/);
    const user = await imported(old);
    const wrong = await api.post("/auth/login", { json: { username: user.username, password: `${password}!` } });
    expect(wrong.status).toBe(400);
    expect(await stored(user.id)).toBe(old);
    const signIn = () => api.post("/auth/login", { json: { username: user.username, password } });
    for (const answer of await Promise.all([signIn(), signIn(), signIn(), signIn()])) {
      expect(answer.status).toBe(200);
      expect((await api.get("/users/me", { token: answer.body.access_token })).status).toBe(200);
    }
    const upgraded = await stored(user.id);
    expect(upgraded).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect((await signIn()).status).toBe(200);
    expect(await stored(user.id)).toBe(upgraded);
  });

  it("log in although the upgrade fails, and are upgraded the next time", async () => {
    const old = await hash(password, 4);
    const user = await imported(old);
    const hasher = () => ({ ...hashInPlace, hash: () => Promise.reject(new Error("No memory")) });
    const failing = serve({ deps: { hasher } });
    const answer = await failing.post("/auth/login", { json: { username: user.username, password } });
    expect(answer.status).toBe(200);
    expect(failing.logs).toMatchObject([{ level: "warn", message: "password upgrade failed" }, { message: "request" }]);
    expect(await stored(user.id)).toBe(old);
    await api.post("/auth/login", { json: { username: user.username, password } });
    expect(await stored(user.id)).toMatch(/^\$scrypt\$/);
  });

  it("accept no password with a NUL, of which bcrypt would make the same key", async () => {
    const old = await hash(password, 4);
    for (const other of [`${password}\0`, `${password}\0${password}`, `${password}\0${password}\0${password}`]) {
      expect(await verifyPassword(other, old)).toBe(false);
    }
  });

  it("are kept if bcrypt read only the first 72 bytes, since nobody verified the rest", async () => {
    const long = "é".repeat(40);
    const old = await hash(long, 4);
    const user = await imported(old);
    for (const entered of [`${long} or so`, long]) {
      const answer = await api.post("/auth/login", { json: { username: user.username, password: entered } });
      expect(answer.status).toBe(200);
    }
    expect(await stored(user.id)).toBe(old);
    expect(needsRehash(old, "é".repeat(36))).toBe(true);
    expect(needsRehash(old, `${"é".repeat(36)}x`)).toBe(false);
  });
});

describe("promise 6: a failed attempt costs the same, whatever hash the account has or whether there is one", () => {
  /** Signs in, and answers the kinds of hashes that were verified, each the text before its salt. */
  const costOf = async (username: string, secret = "wrong password") => {
    const verified: string[] = [];
    const passwords: Passwords = {
      ...hashInPlace,
      verify: async (_account, password, phc) => {
        verified.push(phc.split("$").slice(1, 3).join(" ").replace("2a", "2b"));
        return phc !== dummyHash && verifyPassword(password, phc);
      },
    };
    const json = { username, password: secret };
    const answer = await serve({ deps: { hasher: () => passwords } }).post("/auth/login", { json });
    return { status: answer.status, roundTrips: answer.roundTrips, verified: verified.toSorted() };
  };

  const roundsOf = (kinds: string[]) =>
    kinds.map((kind) => 2 ** Number(/^2b (\d\d)/.exec(kind)?.[1] ?? Number.NEGATIVE_INFINITY));
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

  it("as long as there are imported hashes: the rounds of the costliest, and none once they are upgraded", async () => {
    const [old, older] = [await hash(password, 4), `$2a$05$${".".repeat(53)}`];
    const own = await hashPassword(password);
    const [ours, inactive] = [
      await aUser({ password_hash: own }),
      await aUser({ password_hash: own, is_active: false }),
    ];
    const [bcrypt] = [await imported(old), await imported(old), await imported(older)];
    const [scrypt, unknown] = ["scrypt ln=15,r=8,p=3", unique("nobody")];
    for (const [login, secret] of [
      [ours.username],
      [bcrypt.username],
      [unknown],
      [inactive.username],
      // The right password, too, of an account that lets nobody in.
      [inactive.username, password],
    ] as const) {
      const { verified, ...attempt } = await costOf(login, secret);
      expect(attempt, login).toStrictEqual({ status: 400, roundTrips: 2 });
      expect(sum(roundsOf(verified)), login).toBe(2 ** 5);
      expect(verified.filter((kind) => !kind.startsWith("2b "))).toStrictEqual([scrypt]);
    }
    expect(await costOf(bcrypt.username, password)).toMatchObject({ status: 200, verified: ["2b 04"] });
    await db.update(users).set({ password_hash: dummyHash }).where(sql`password_hash like '$2%'`);
    for (const login of [ours.username, bcrypt.username, unknown]) {
      expect((await costOf(login)).verified, login).toStrictEqual([scrypt]);
    }
  });

  it("counts hashes under an older policy, and ignores text that is no hash", () => {
    const older = "$scrypt$ln=14,r=8,p=1";
    const [beside] = dummiesBeside(dummyHash, [older, "$scrypt$ln=15,r=8,p=3", "$2x$05", "nonsense"]);
    expect(beside).toMatch(/^\$scrypt\$ln=14,r=8,p=1\$/);
    expect(dummiesBeside(dummyHash, ["$2a$10", "$2b$10", "$2y$10"])).toStrictEqual([`$2b$10$${".".repeat(53)}`]);
    const rounds = (phc: string) =>
      sum(
        roundsOf(
          [phc, ...dummiesBeside(phc, ["$2b$05", "$2b$08", "$2b$12"])].map((one) => one.slice(1).replace("$", " ")),
        ),
      );
    for (const kind of ["$2b$05", "$2b$08", "$2b$12", "nonsense"]) expect(rounds(dummyOf(kind)), kind).toBe(2 ** 12);
    expect(dummiesBeside("", [])).toStrictEqual([dummyHash]);
    expect(dummiesBeside(dummyHash, [])).toStrictEqual([]);
  });
});
