import { eq, inArray } from "drizzle-orm";
import { afterEach, describe, expect, it } from "vitest";
import { users } from "../../src/db/schema.ts";
import { dummiesBeside } from "../../src/security/dummies.ts";
import { adopted } from "../../src/security/foreign-hashes.ts";
import {
  dummyHash,
  dummyOf,
  hashInPlace,
  isVerifiable,
  needsRehash,
  type Passwords,
  verifyPassword,
} from "../../src/security/passwords.ts";
import { api, aUser, db, isThorough, serve } from "../harness.ts";
import { hashes } from "./libraries.ts";

const password = "correct horse battery";

/** Without the one that takes seconds, unless the run is thorough. */
const quick = hashes.filter(([, secret]) => isThorough || secret !== "lètmein");

const imports: string[] = [];
/** A user whose hash came from elsewhere, until the test is over: while there is one, each failed sign-in costs more. */
const imported = async (hash: string) => {
  const user = await aUser({ password_hash: adopted(hash) });
  imports.push(user.id);
  return user;
};
afterEach(async () => {
  await db.update(users).set({ password_hash: dummyHash }).where(inArray(users.id, imports));
});

describe("promise 9: hashes of other libraries", () => {
  it.each(quick)("of %s verify the right password and no other", async (_library, secret, hash) => {
    const phc = adopted(hash);
    expect(phc).toMatch(/^\$/);
    expect(isVerifiable(phc)).toBe(true);
    expect(await verifyPassword(secret, phc)).toBe(true);
    for (const wrong of [`${secret} `, `x${secret}`, `${secret}\u0000`]) {
      expect(await verifyPassword(wrong, phc), wrong).toBe(false);
    }
    expect(needsRehash(phc, secret)).toBe(true);
  });

  it("keep the text before the salt for their cost, so that a failed sign-in can spend as much", () => {
    const kinds = hashes.map(([, , hash]) => /^[$][^$]*[$][^$]*/.exec(adopted(hash))?.[0] ?? "");
    expect(kinds).toEqual(
      expect.arrayContaining(["$argon2id$m=256,t=3,p=4", "$pbkdf2-sha256$i=100001", "$scrypt$ln=15,r=8,p=1", "$2b$05"]),
    );
    const spent = dummiesBeside(dummyHash, kinds).map((dummy) => dummy.split("$").slice(1, 3).join(" "));
    expect(spent.toSorted()).toStrictEqual([
      "2b 05",
      "argon2id m=256,t=3,p=4",
      "pbkdf2-sha256 i=100001,script",
      "pbkdf2-sha256 i=29000",
      "scrypt ln=15,r=8,p=1",
    ]);
  });

  it.each([
    ["Django's versions", [260_000, 320_000, 390_000, 480_000, 600_000, 720_000, 870_000, 1_000_000, 1_200_000]],
    ["older ones", [1, 6_400, 29_000, 100_000]],
    ["both", [29_000, 100_000, 100_001, 720_000, 750_000]],
  ])("of PBKDF2 cost a failed sign-in the rounds of the costliest alone: %s", (_which, rounds) => {
    const kinds = rounds.map((one) => `$pbkdf2-sha256$i=${one}`);
    const costs = (phc: string) => {
      let [byRuntime, inScript] = [0, 0];
      for (const hash of [phc, ...dummiesBeside(phc, kinds)]) {
        const [, i = 0, script] = /^[$]pbkdf2-sha256[$]i=(\d+)(,script)?[$]/.exec(hash) ?? [];
        if (script || Number(i) > 100_000) inScript += Number(i);
        else byRuntime += Number(i);
        expect(isVerifiable(hash), hash).toBe(true);
      }
      return [byRuntime, inScript];
    };
    const most = (of: number[]) => Math.max(0, ...of);
    const expected = [most(rounds.filter((one) => one <= 100_000)), most(rounds.filter((one) => one > 100_000))];
    for (const phc of [dummyHash, ...kinds.map(dummyOf)]) expect(costs(phc), phc).toStrictEqual(expected);
  });

  it("of PBKDF2 are verified in the script where a dummy asks for it", async () => {
    const asked = (adopted(hashes[2]?.[2] ?? "") ?? "").replace("i=1000$", "i=1000,script$");
    expect(await verifyPassword(password, asked)).toBe(true);
    expect(await verifyPassword(`${password}!`, asked)).toBe(false);
  });

  const salted = "c29tZXNhbHRzb21lc2FsdA$KagcQ0VS5LvCbKlgCxQ8dXnxV+mPY8xiq3GMtDtfCz0";
  it.each([
    ["argon2id of too much memory", `$argon2id$v=19$m=65537,t=1,p=1$${salted}`],
    ["Django's argon2id of 100 MiB", `argon2$argon2id$v=19$m=102400,t=2,p=8$${salted}`],
    ["argon2id of too many passes", `$argon2id$v=19$m=65536,t=4,p=1$${salted}`],
    ["argon2id of too many small passes", `$argon2id$v=19$m=8,t=9999,p=17$${salted}`],
    ["argon2id of no memory", `$argon2id$v=19$m=7,t=1,p=1$${salted}`],
    ["argon2id of no pass", `$argon2id$v=19$m=256,t=0,p=1$${salted}`],
    ["an older argon2id", `$argon2id$v=16$m=256,t=3,p=1$${salted}`],
    ["argon2i", `$argon2i$v=19$m=256,t=3,p=1$${salted}`],
    ["a short salt", "$argon2id$v=19$m=256,t=3,p=1$c29t$KagcQ0VS5LvCbKlgCxQ8dXnxV+mPY8xiq3GMtDtfCz0"],
    ["a short hash", "$argon2id$v=19$m=256,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$KagcQ0VS5A"],
    ["a long hash", `$argon2id$v=19$m=256,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$${"A".repeat(88)}`],
    ["PBKDF2 of too many rounds", "pbkdf2_sha256$1500001$salt$RiINYk8IgnRmag5sMMN7OcNlj5F7wWYxHH3itYzvBQA="],
    ["PBKDF2 of no round", "pbkdf2_sha256$0$salt$RiINYk8IgnRmag5sMMN7OcNlj5F7wWYxHH3itYzvBQA="],
    ["PBKDF2 of SHA-1", "pbkdf2_sha1$1000$salt$RiINYk8IgnRmag5sMMN7OcNlj5F7wWYxHH3itYzvBQA="],
    ["scrypt of too much memory", `scrypt:131072:8:1$Fz5VpXWTZlHJiCEO$${"0".repeat(128)}`],
    ["scrypt of no power of two", `scrypt:30000:8:1$Fz5VpXWTZlHJiCEO$${"0".repeat(128)}`],
    ["MD5 of Django", "md5$salt$0cc175b9c0f1b6a831c399e269772661"],
    ["an unusable password of Django", "!Vg3p6bVb1Yp0"],
  ])("are never spent on: %s", async (_what, hash) => {
    expect(isVerifiable(adopted(hash))).toBe(false);
    expect(await verifyPassword(password, adopted(hash))).toBe(false);
  });

  it.each(hashes.filter(([, secret]) => secret === password))(
    "of %s sign in once, and are ours from then on",
    async (_library, _secret, hash) => {
      const user = await imported(hash);
      const signIn = (typed: string) => api.post("/auth/login", { json: { username: user.username, password: typed } });
      expect((await signIn(`${password}!`)).status).toBe(400);
      expect((await signIn(password)).status).toBe(200);
      const [row] = await db.select().from(users).where(eq(users.id, user.id));
      expect(row?.password_hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
      expect((await signIn(password)).status).toBe(200);
    },
  );

  it("cost every failed sign-in the same, whoever it is for: promise 6", async () => {
    const verified: string[] = [];
    const passwords: Passwords = {
      ...hashInPlace,
      verify: async (_account, _password, phc) => {
        verified.push(/^[$][^$]*[$][^$]*/.exec(phc)?.[0] ?? phc);
        return false;
      },
    };
    const [argon, django] = [await imported(hashes[0]?.[2] ?? ""), await imported(hashes[2]?.[2] ?? "")];
    const app = serve({ deps: { hasher: () => passwords } });
    const spent: string[][] = [];
    for (const username of [argon.username, django.username, (await aUser()).username, "nobody"]) {
      verified.length = 0;
      expect((await app.post("/auth/login", { json: { username, password } })).status).toBe(400);
      spent.push(verified.toSorted());
    }
    expect(spent[0]).toEqual(
      expect.arrayContaining(["$argon2id$m=256,t=3,p=4", "$pbkdf2-sha256$i=1000", "$scrypt$ln=15,r=8,p=3"]),
    );
    for (const one of spent) expect(one).toStrictEqual(spent[0]);
  });
});
