import { describe, expect, it, vi } from "vitest";
import { keysFor } from "../../src/security/keys.ts";
import { signAccessToken, verifyAccessToken } from "../../src/security/tokens.ts";

const { token: ring } = await keysFor({
  SECRET_KEY: ["a key that only this test has, for tokens"],
  ALGORITHM: "HS256",
});
const policy = { issuer: "https://api.example.com", audience: "app", lifetimeSeconds: 900 };
const user = { id: crypto.randomUUID(), sessionId: crypto.randomUUID() };
const made = new Date("2026-01-01T00:00:00Z");
const later = (seconds: number) => new Date(made.getTime() + seconds * 1_000);

describe("a token that was verified before", async () => {
  const token = await signAccessToken(ring, user, policy, made);
  const verify = (now: Date, under = policy, by = ring) => verifyAccessToken(by, token, under, now);

  it("is verified again, for as long as it is in force", async () => {
    for (const seconds of [0, 1, 899, 1]) {
      expect(await verify(later(seconds)), String(seconds)).toMatchObject({ sub: user.id, sid: user.sessionId });
    }
    for (const seconds of [900, 901, 100_000, -61]) {
      expect(await verify(later(seconds)), String(seconds)).toBeUndefined();
    }
  });

  it("is verified by a machine whose clock is up to a minute behind, and outlives its end on none", async () => {
    for (const [seconds, isGood] of [
      [-1, true],
      [-60, true],
      [-61, false],
      [899, true],
      [900, false],
      [930, false],
    ] as const) {
      // A token of its own each, which was not verified before.
      const own = await signAccessToken(ring, user, policy, made);
      expect((await verifyAccessToken(ring, own, policy, later(seconds))) !== undefined, String(seconds)).toBe(isGood);
    }
  });

  it("is refused under other keys, and for another issuer, audience or lifetime", async () => {
    const { token: other } = await keysFor({ SECRET_KEY: ["another key that only this test has"], ALGORITHM: "HS256" });
    expect(await verify(made)).toBeDefined();
    expect(await verify(made, policy, other)).toBeUndefined();
    for (const changed of [{ issuer: "https://example.com" }, { audience: "another" }, { lifetimeSeconds: 60 }]) {
      expect(await verify(made, { ...policy, ...changed }), JSON.stringify(changed)).toBeUndefined();
    }
  });

  it("makes no other token good that shares a part with it", async () => {
    expect(await verify(made)).toBeDefined();
    for (const other of [token.slice(0, -2), token.replace(/\.[^.]*$/, "."), `${token}.`]) {
      expect(await verifyAccessToken(ring, other, policy, made), other).toBeUndefined();
    }
  });

  it("costs its signature once, until a thousand others came after it", async () => {
    const signatures = vi.spyOn(crypto.subtle, "verify");
    const own = await signAccessToken(ring, user, policy, made);
    const check = () => verifyAccessToken(ring, own, policy, made);
    for (const expected of [1, 1]) {
      expect(await check()).toMatchObject({ sub: user.id });
      expect(signatures).toHaveBeenCalledTimes(expected);
    }
    for (let i = 0; i < 1_000; i++) {
      const other = await signAccessToken(ring, { ...user, sessionId: crypto.randomUUID() }, policy, made);
      expect(await verifyAccessToken(ring, other, policy, made)).toBeDefined();
    }
    expect(await check()).toMatchObject({ sub: user.id });
    expect(signatures).toHaveBeenCalledTimes(1_002);
    signatures.mockRestore();
  });
});
