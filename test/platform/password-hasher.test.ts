import { runInDurableObject } from "cloudflare:test";
import { hash } from "bcryptjs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { hasherOf } from "../../src/platform/hashing.ts";
import type { PasswordHasher } from "../../src/platform/password-hasher.ts";
import { dummyHash, hashInPlace, hashPassword } from "../../src/security/passwords.ts";
import { api, aUser, bindings, realHashing, serve, unique } from "../harness.ts";

const password = "correct horse battery";
// The binding as wrangler.toml makes it; the type of all bindings is unknown.
const hashers = bindings.PASSWORD_HASHER as DurableObjectNamespace<PasswordHasher>;

/** A namespace whose objects do what `object` does, and the names they were asked for by. */
function namespace(object: Partial<Pick<PasswordHasher, "hash" | "verify">>) {
  const names: string[] = [];
  const getByName = (name: string) => {
    names.push(name);
    return object;
  };
  return { names, PASSWORD_HASHER: { getByName } };
}

describe("hashing in Durable Objects", () => {
  it("is where this Worker hashes", () => {
    expect(hasherOf(bindings)).not.toBe(hashInPlace);
    expect(hasherOf({})).toBe(hashInPlace);
  });

  it("makes and verifies the same hashes as in place", async () => {
    const passwords = hasherOf(bindings);
    const phc = await passwords.hash("ada", password);
    expect(await hashInPlace.verify("ada", password, phc)).toBe(true);
    expect(await passwords.verify("grace", password, phc)).toBe(true);
    expect(await passwords.verify("ada", `${password} `, phc)).toBe(false);
    expect(await passwords.hash("ada", password, phc)).toBe(await hashPassword(password, phc));
  });

  it("chooses one of four instances by the account, in any letter case, without naming it", async () => {
    const { names, ...own } = namespace({ verify: async () => true });
    const passwords = hasherOf(own);
    for (let i = 0; i < 100; i++) await passwords.verify(`user${i}@example.com`, password, dummyHash);
    const first = [...names];
    expect(new Set(first)).toStrictEqual(new Set(["verify-0", "verify-1", "verify-2", "verify-3"]));
    for (let i = 0; i < 100; i++) await passwords.verify(`USER${i}@example.com`, password, dummyHash);
    expect(names.slice(100)).toStrictEqual(first);
  });

  it("spreads accounts that differ little evenly over the instances", async () => {
    const spread = async (accounts: string[]) => {
      const { names, ...own } = namespace({ verify: async () => true });
      const passwords = hasherOf(own);
      for (const account of accounts) await passwords.verify(account, password, dummyHash);
      return Object.values(Object.groupBy(names, (name) => name)).map((group) => group?.length ?? 0);
    };
    const numbers = Array.from({ length: 400 }, (_, i) => i);
    // Their last characters have the same two lowest bits.
    const alike = numbers.map((i) => `user-${[...i.toString(4)].map((digit) => "048<"[Number(digit)]).join("")}`);
    for (const accounts of [alike, numbers.map((i) => `user-${4 * i}`), numbers.map((i) => `${i}@example.com`)]) {
      const counts = await spread(accounts);
      expect(counts).toHaveLength(4);
      for (const count of counts) expect(count).toBeGreaterThan(60);
    }
  });

  it("without the binding, signing in works in place", async () => {
    const { PASSWORD_HASHER: _, ...own } = bindings;
    const { username } = await aUser({ password_hash: await hashPassword(password) });
    for (const without of [own, { ...bindings, HASHER: "off" }]) {
      expect(hasherOf(without)).toBe(hashInPlace);
      const answer = await serve({ deps: realHashing, mayFail: true, bindings: without }).post("/auth/login", {
        json: { username, password },
      });
      expect(answer.status).toBe(200);
    }
  });
});

describe("promise 10: hashing is bounded, and other routes stay live", () => {
  it.each([
    ["is full", async () => undefined],
    ["cannot be reached", async () => Promise.reject(new Error("Network connection lost"))],
  ])("answers 503 with Retry-After where the instance %s", async (_what, work) => {
    const { PASSWORD_HASHER } = namespace({ hash: work, verify: work });
    const app = serve({ deps: realHashing, bindings: { ...bindings, PASSWORD_HASHER } });
    const username = unique();
    const signUp = await app.post("/users", { json: { email: `${username}@example.com`, username, password } });
    const signIn = await app.post("/auth/login", { json: { username, password } });
    for (const { status, body, headers } of [signUp, signIn]) {
      expect(status).toBe(503);
      expect(body.code).toBe("busy");
      expect(Number(headers.get("Retry-After"))).toBeGreaterThan(0);
    }
    expect(signIn.body.error).toBe("temporarily_unavailable");
  });

  it("one instance admits as many as it has places for, refuses the rest at once, and then takes more", async () => {
    const hasher = hashers.getByName("full");
    const slow = await hash("another", 12);
    const answers = await Promise.all(
      Array.from({ length: 80 }, (_, i) => hasher.verify("password", i === 0 ? slow : "costs nothing")),
    );
    expect(answers.slice(0, 64)).toStrictEqual(Array(64).fill(false));
    expect(answers.slice(64)).toStrictEqual(Array(16).fill(undefined));
    expect(await hasher.verify(password, await hashPassword(password))).toBe(true);
  });

  it("goes on after a hash that failed", async () => {
    await runInDurableObject(hashers.getByName("failing"), async (hasher) => {
      // Not what the type says, so that the hash throws.
      await expect(hasher.hash(undefined as unknown as string)).rejects.toThrow();
      expect(await hasher.verify("password", dummyHash)).toBe(false);
    });
  });

  it("a GET is answered while hashes queue, and each hash lets others go first", async () => {
    const ada = await aUser();
    // Here all objects share this isolate, whose clock is held instead of hashing for so long.
    const turn = Promise.withResolvers<void>();
    const yields = vi.spyOn(scheduler, "wait").mockReturnValue(turn.promise);
    onTestFinished(() => void yields.mockRestore());
    let done = 0;
    const hasher = hasherOf(bindings);
    const hashes = Array.from({ length: 20 }, () => hasher.verify("ada", password, dummyHash).then(() => done++));
    await vi.waitFor(() => expect(yields).toHaveBeenCalled());
    expect((await api.get("/health")).status).toBe(200);
    expect((await ada.get("/users/me")).status).toBe(200);
    expect(done).toBe(0);
    turn.resolve();
    await Promise.all(hashes);
    expect(done).toBe(20);
    expect(yields).toHaveBeenCalledTimes(20);
  });
});
