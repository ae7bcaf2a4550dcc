import { hash } from "bcryptjs";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { users } from "../../src/db/schema.ts";
import { hashInPlace, isVerifiable, needsRehash, verifyPassword } from "../../src/security/passwords.ts";
import { api, aUser, db, serve } from "../harness.ts";

const password = "correct horse battery";
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
    const user = await aUser({ password_hash: old });
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
    const user = await aUser({ password_hash: old });
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
    const user = await aUser({ password_hash: old });
    for (const entered of [`${long} or so`, long]) {
      const answer = await api.post("/auth/login", { json: { username: user.username, password: entered } });
      expect(answer.status).toBe(200);
    }
    expect(await stored(user.id)).toBe(old);
    expect(needsRehash(old, "é".repeat(36))).toBe(true);
    expect(needsRehash(old, `${"é".repeat(36)}x`)).toBe(false);
  });
});
