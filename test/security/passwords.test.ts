import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NewPassword } from "../../src/schemas/passwords.ts";
import { dummyHash, hashPassword, needsRehash, verifyPassword } from "../../src/security/passwords.ts";

describe("promise 9: a password is taken exactly as sent", () => {
  it("makes a PHC string that verifies that password and no other", async () => {
    const password = " pässwörd 🔑 ";
    const phc = await hashPassword(password);
    expect(phc).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword(password, phc)).toBe(true);
    for (const other of [password.trim(), password.toUpperCase(), password.normalize("NFD"), `${password}x`, ""]) {
      expect(await verifyPassword(other, phc)).toBe(false);
    }
  });

  it("reads all of a long one", async () => {
    const phc = await hashPassword(`${"é".repeat(255)}a`);
    expect(await verifyPassword(`${"é".repeat(255)}b`, phc)).toBe(false);
  });

  it("refuses other texts that HMAC would take for it, such as one with NULs behind", async () => {
    for (const password of ["correct horse battery", "a".repeat(64), "é".repeat(40)]) {
      const phc = await hashPassword(password);
      expect(await verifyPassword(password, phc)).toBe(true);
      for (const tail of ["\0", "\0\0\0"]) expect(await verifyPassword(`${password}${tail}`, phc)).toBe(false);
    }
  });

  it("refuses the SHA-256 of one of more than 64 bytes where that is a text: it can be neither set nor entered", async () => {
    // Found among 24 million.
    const long = "a password of more than sixty-four bytes, so that HMAC hashes it: 24698232";
    const digest = createHash("sha256").update(long).digest().toString();
    expect(Buffer.from(digest)).toHaveLength(32);
    const phc = await hashPassword(digest);
    expect(await verifyPassword(digest, phc)).toBe(true);
    expect(await verifyPassword(long, phc)).toBe(false);
    expect(NewPassword.safeParse(long).success).toBe(false);
    expect(NewPassword.safeParse(digest).success).toBe(true);
  });

  it("salts", async () => {
    expect(await hashPassword("same password")).not.toBe(await hashPassword("same password"));
  });

  it("wants a rehash only when the policy moved", async () => {
    expect(needsRehash(await hashPassword("a password"), "a password")).toBe(false);
    expect(needsRehash(dummyHash, "a password")).toBe(false);
    expect(needsRehash(dummyHash.replace("ln=15", "ln=14"), "a password")).toBe(true);
    expect(needsRehash(dummyHash.replace("r=8", "r=4"), "a password")).toBe(true);
    expect(needsRehash(dummyHash.replace("p=3", "p=2"), "a password")).toBe(true);
    expect(needsRehash("$2b$12$whatever", "a password")).toBe(true);
  });

  it.each([
    "",
    "plain",
    "$scrypt$ln=15,r=8,p=3$short$short",
    dummyHash.replace("ln=15", "ln=30"),
    dummyHash.replace("ln=15", "ln=0"),
    dummyHash.replace("r=8", "r=99"),
    dummyHash.replace("p=3", "p=99"),
    dummyHash.replace("ln=15", "ln=17"),
    `${dummyHash}$`,
    "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA",
  ])("never spends on %j", async (phc) => {
    expect(await verifyPassword("password", phc)).toBe(false);
  });
});
