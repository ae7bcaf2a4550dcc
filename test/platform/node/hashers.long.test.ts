import { afterAll, describe, expect, it } from "vitest";
import { hashersIn } from "../../../src/platform/node/hashers.ts";
import { adopted } from "../../../src/security/foreign-hashes.ts";
import { hashPassword, verifyPassword } from "../../../src/security/passwords.ts";
import { hashes } from "../../security/libraries.ts";

const hashers = hashersIn(2);
afterAll(() => hashers.close());
const password = "correct horse battery";

describe("hashing in threads", () => {
  it("makes and verifies the hashes that are made and verified in place", async () => {
    const one = hashers.getByName("verify-0");
    const phc = await hashers.getByName("hash-3").hash(password);
    expect(await verifyPassword(password, String(phc))).toBe(true);
    expect(await one.verify(password, await hashPassword(password))).toBe(true);
    expect(await one.verify(`${password} `, String(phc))).toBe(false);
    // An upgrade derives the salt, so that both make the same hash.
    expect(await one.hash(password, phc)).toBe(await hashPassword(password, phc));
  });

  it.each(hashes)("verifies one of %s, as a Worker does", async (_library, secret, hash) => {
    const thread = hashers.getByName("verify-1");
    expect(await thread.verify(secret, adopted(hash))).toBe(true);
    expect(await thread.verify(`${secret}!`, adopted(hash))).toBe(false);
  });

  it("does not hold up the process meanwhile", async () => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 5);
    // Argon2 in JavaScript, which would hold up its own process.
    const costly = `$argon2id$m=19456,t=2,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;
    await hashers.getByName("verify-0").verify(password, costly);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it("admits as many as there are places, refuses the rest at once, and then takes more", async () => {
    const hasher = hashers.getByName("verify-0");
    const answers = await Promise.all(Array.from({ length: 80 }, () => hasher.verify(password, "costs nothing")));
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(16);
    expect(await hasher.verify(password, "costs nothing")).toBe(false);
  });

  it("goes on after a hash that failed, and tells nothing of the password", async () => {
    const hasher = hashers.getByName("hash-0");
    // Not what the type says, so that the hash throws.
    await expect(hasher.hash(undefined as unknown as string)).rejects.toThrow(/^TypeError$/);
    expect(await hasher.verify(password, "nothing")).toBe(false);
  });
});
