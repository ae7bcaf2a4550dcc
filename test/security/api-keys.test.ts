import { describe, expect, it } from "vitest";
import { looksLikeApiKey, newApiKey, parseApiKey } from "../../src/security/api-keys.ts";
import { keysFor } from "../../src/security/keys.ts";
import { settings } from "../harness.ts";

const { apiKey: keys, mail: other } = await keysFor(settings);
const issuer = { environment: "test", keys };
const ids = { id: crypto.randomUUID(), ownerId: crypto.randomUUID() };
const { text, secretHash } = await newApiKey(issuer, ids);

describe("an API key", () => {
  it("is found by a scanner for secrets, names its id, and holds 256 secret bits", () => {
    expect(text).toMatch(/^plk_test_[0-9a-f]{64}_[0-9A-Za-z]{54}$/);
    expect(text).toContain(`plk_test_${ids.id.replaceAll("-", "")}`);
    expect(looksLikeApiKey(text)).toBe(true);
    expect(looksLikeApiKey("eyJhbGciOiJIUzI1NiJ9.e30.x")).toBe(false);
  });

  it("is read as it was made, with the SHA-256 of its secret", async () => {
    expect(await parseApiKey(issuer, text)).toStrictEqual({ ...ids, secretHash });
    const secret = text.split("_")[3]?.slice(0, 43);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
    expect(secretHash).toBe(Buffer.from(digest).toString("base64url"));
  });

  it("has another secret each time, with characters that are equally likely", async () => {
    const made = await Promise.all(Array.from({ length: 400 }, () => newApiKey(issuer, ids)));
    const secrets = made.map((one) => one.text.split("_")[3]?.slice(0, 43) ?? "");
    expect(new Set(secrets).size).toBe(400);
    const counts = Map.groupBy(secrets.join(""), (character) => character);
    expect(counts.size).toBe(62);
    // 277 of each are expected: six standard deviations are 100.
    for (const { length } of counts.values()) expect(Math.abs(length - 277)).toBeLessThan(100);
  });

  const flipped = (at: number) => `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`;
  it.each<[string, string]>([
    ["empty", ""],
    ["a prefix", "plk_"],
    ["in capitals", text.toUpperCase()],
    ["in small letters", text.toLowerCase()],
    ["cut off", text.slice(0, -1)],
    ["longer", `${text}0`],
    ["with a line feed", `${text}\n`],
    ["with another id", flipped(10)],
    ["with another owner", flipped(50)],
    ["with another secret", flipped(80)],
    ["with another checksum", flipped(text.length - 1)],
    ["of another environment", text.replace("_test_", "_production_")],
    ["without an environment", text.replace("_test_", "__")],
    ["twice", text + text],
    ["of a megabyte", `plk_test_${"0".repeat(1_000_000)}`],
    ["with NUL", text.replace("_test_", "_test\u0000_")],
    ["with a digit of another script", `${text.slice(0, -1)}٣`],
  ])("is refused if it is %s", async (_what, wrong) => {
    expect(await parseApiKey(issuer, wrong)).toBeUndefined();
  });

  it("is refused under another key, and in another environment of the same key", async () => {
    expect(await parseApiKey({ environment: "test", keys: other }, text)).toBeUndefined();
    expect(await parseApiKey({ environment: "staging", keys }, text)).toBeUndefined();
  });
});
