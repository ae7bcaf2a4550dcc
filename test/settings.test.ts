import { describe, expect, it } from "vitest";
import { type Settings, SettingsError, settingsFrom } from "../src/settings.ts";

const good = {
  ENVIRONMENT: "production",
  DATABASE_URL: "postgresql://user:password@ep-1.neon.tech/app",
  SECRET_KEY: "w4Jt1m0q8c2Vx9Zb7Lk3Nf5Rh6Gd0Ys2Pa4Te8Ui1Oo=",
};
const problems = (change: Record<string, unknown>) => {
  const result = settingsFrom({ ...good, ...change });
  return result instanceof SettingsError ? result.problems : [];
};
const read = (change: Record<string, unknown> = {}): Settings => {
  const result = settingsFrom({ ...good, ...change });
  if (result instanceof SettingsError) throw result;
  return result;
};

describe("settings", () => {
  it("have good defaults", () => {
    expect(read()).toMatchObject({
      PROJECT_NAME: "Plinth",
      ALGORITHM: "HS256",
      ACCESS_TOKEN_EXPIRE_MINUTES: 15,
      ALLOWED_ORIGINS: [],
      DATABASE_TIMEOUT_MS: 5_000,
    });
  });

  it("are read once for the same bindings", () => {
    const bindings = { ...good };
    expect(settingsFrom(bindings)).toBe(settingsFrom(bindings));
  });

  it("list exact origins", () => {
    const list = "https://app.example.com, http://localhost:3000";
    expect(read({ ALLOWED_ORIGINS: list }).ALLOWED_ORIGINS).toStrictEqual([
      "https://app.example.com",
      "http://localhost:3000",
    ]);
    for (const bad of [
      "*",
      "app.example.com",
      "https://a.example/",
      "https://*.example",
      "https://A.example",
      "null",
    ]) {
      expect(problems({ ALLOWED_ORIGINS: bad }).join(), bad).toContain("ALLOWED_ORIGINS");
    }
  });

  it.each([
    ["short", "k3yk3yk3y"],
    ["31 bytes of hex", "0123456789abcdef".repeat(4).slice(2)],
    ["one character, repeated", "a".repeat(64)],
    ["a few characters, repeated", "abcdefgh".repeat(8)],
    ["digits", "1234567890".repeat(7)],
    ["a placeholder", "change-me: quick brown fox jumps over the lazy dog 0123456789"],
    ["missing", undefined],
    ["empty", ""],
    ["not a string", 12],
  ])("refuse a SECRET_KEY that is %s", (_what, SECRET_KEY) => {
    const [problem, ...others] = problems({ SECRET_KEY });
    expect(problem).toMatch(/^SECRET_KEY /);
    expect(others).toStrictEqual([]);
    if (typeof SECRET_KEY === "string" && SECRET_KEY !== "") expect(problem).not.toContain(SECRET_KEY);
  });

  it("take a placeholder in development only", () => {
    const SECRET_KEY = "insecure-development-key-that-is-long-enough-for-256-bits";
    expect(read({ ENVIRONMENT: "development", SECRET_KEY }).SECRET_KEY).toBe(SECRET_KEY);
    expect(problems({ ENVIRONMENT: "staging", SECRET_KEY })).toStrictEqual(["SECRET_KEY is a placeholder"]);
  });

  it("take random keys in hex and base64", () => {
    for (let i = 0; i < 200; i++) {
      const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(32)));
      for (const encoding of ["hex", "base64", "base64url"] as const) {
        expect(problems({ SECRET_KEY: bytes.toString(encoding) })).toStrictEqual([]);
      }
    }
  });

  it.each([
    ["ENVIRONMENT", "prod"],
    ["DATABASE_URL", "mysql://u:p@h/d"],
    ["DATABASE_URL", "postgresql://host"],
    ["DATABASE_URL", "not a url"],
    ["ALGORITHM", "none"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "0"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "1e3"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "-5"],
    ["DATABASE_TIMEOUT_MS", "99999"],
    ["SESSION_IDLE_DAYS", "100"],
    ["NEON_FETCH_ENDPOINT", "ftp://x"],
  ])("refuse %s=%s by name", (name, value) => {
    expect(problems({ [name]: value }).join()).toMatch(new RegExp(`^${name} `));
    expect(problems({ [name]: value }).join()).not.toContain(`${value} `);
  });

  describe("SIGNING_KEYS", () => {
    const zeros = "A".repeat(43);
    const d = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t-X";
    const oct = { kty: "oct", kid: "h", k: d };
    const ed = { kty: "OKP", crv: "Ed25519", kid: "e", x: zeros, d };
    const ec = { kty: "EC", crv: "P-256", kid: "p", x: zeros, y: zeros, d };
    const tell = (ALGORITHM: string, keys: unknown) =>
      problems({ ALGORITHM, SIGNING_KEYS: typeof keys === "string" ? keys : JSON.stringify(keys) });

    it("are a ring of one family, which ALGORITHM names", () => {
      for (const [algorithm, key] of [
        ["HS256", oct],
        ["EdDSA", ed],
        ["ES256", ec],
      ] as const) {
        expect(tell(algorithm, [key, { ...key, kid: "other", use: "sig", alg: algorithm }])).toStrictEqual([]);
        for (const other of [oct, ed, ec].filter((one) => one !== key)) {
          expect(tell(algorithm, [key, other])).toStrictEqual(["SIGNING_KEYS must hold keys for ALGORITHM only"]);
        }
      }
      expect(problems({ ALGORITHM: "EdDSA" })).toStrictEqual(["SIGNING_KEYS is missing"]);
      expect(problems({ ALGORITHM: "ES256", SIGNING_KEYS: "" })).toStrictEqual(["SIGNING_KEYS is missing"]);
    });

    it.each([
      ["is no JSON", `[${d}`],
      ["is one key", ed],
      ["is empty", []],
      ["is too long", Array.from({ length: 11 }, (_, i) => ({ ...ed, kid: `k${i}` }))],
      ["has a kid twice", [ed, { ...ed, x: d }]],
      ["has a key without kid", [{ ...ed, kid: undefined }]],
      ["has a public key", [{ ...ed, d: undefined }]],
      ["has a key for another use", [{ ...ed, use: "enc" }]],
      ["has a key on another curve", [{ ...ed, crv: "X25519" }]],
      ["has a short key", [{ ...oct, k: d.slice(1) }]],
      ["has a key of one byte", [{ ...oct, k: zeros }]],
      ["has a key that is not base64url", [{ ...oct, k: `${d}+/=` }]],
      ["holds null", [null]],
      ["nests deeply", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ])("are refused when the value %s, without a word of it", (_what, keys) => {
      const [problem = "", ...others] = tell("EdDSA", keys);
      expect(others).toStrictEqual([]);
      expect(problem).toMatch(/^SIGNING_KEYS must be a JSON array of 1 to 10 private JWKs/);
      expect(problem).not.toContain(d.slice(0, 10));
    });
  });
});

describe("settings of mail", () => {
  const sends = {
    FRONTEND_URL: "https://app.example.com/",
    MAIL_FROM: "Ada's Shop <shop@example.com>",
    RESEND_API_KEY: "re_12345678",
  };

  it("are read", () => {
    expect(read({ ...sends, REQUIRE_VERIFIED_EMAIL: "true" })).toMatchObject({
      SIGNUP: "open",
      REQUIRE_VERIFIED_EMAIL: true,
      FRONTEND_URL: "https://app.example.com",
      MAIL_FROM: { name: "Ada's Shop", email: "shop@example.com" },
    });
    expect(read({ MAIL_FROM: "shop@example.com" }).MAIL_FROM?.email).toBe("shop@example.com");
    expect(read()).toMatchObject({ SIGNUP: "open", REQUIRE_VERIFIED_EMAIL: false });
  });

  it("may all be missing, but not one of those that sending takes", () => {
    expect(problems({ RESEND_API_KEY: "re_12345678" })).toStrictEqual([
      "FRONTEND_URL is missing",
      "MAIL_FROM is missing",
    ]);
    expect(problems({ EMAIL: { send: () => undefined } })).toHaveLength(2);
  });

  it.each<[string, Record<string, unknown>]>([
    ["RESEND_API_KEY", { ...sends, EMAIL: { send: () => undefined } }],
    ["MAIL_ENDPOINT", { ...sends, MAIL_ENDPOINT: "http://127.0.0.1:1/messages" }],
    ["REQUIRE_VERIFIED_EMAIL", { REQUIRE_VERIFIED_EMAIL: "true" }],
    ["REQUIRE_VERIFIED_EMAIL", { ...sends, REQUIRE_VERIFIED_EMAIL: "yes" }],
    ["FRONTEND_URL", { ...sends, FRONTEND_URL: "http://app.example.com" }],
    ["FRONTEND_URL", { ...sends, FRONTEND_URL: "https://app.example.com/?a=b" }],
    ["FRONTEND_URL", { ...sends, FRONTEND_URL: "javascript:alert(1)" }],
    ["MAIL_FROM", { ...sends, MAIL_FROM: "Shop <shop@example.com>\r\nBcc: a@b.example" }],
    ["MAIL_FROM", { ...sends, MAIL_FROM: "Shop" }],
    ["SIGNUP", { SIGNUP: "maybe" }],
    ["RESEND_API_KEY", { ...sends, RESEND_API_KEY: "re 1\n" }],
  ])("refuse a %s that is bad or contradicts another", (name, change) => {
    expect(problems(change).map((problem) => problem.split(" ")[0])).toStrictEqual([name]);
  });
});
