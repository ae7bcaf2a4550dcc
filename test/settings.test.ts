import { describe, expect, it } from "vitest";
import { choiceOf } from "../src/setting-values.ts";
import { anyProvider, type Settings, SettingsError, settingsFrom } from "../src/settings.ts";

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
    const list = "https://app.example.com, https://admin.example.com:8443,";
    expect(read({ ALLOWED_ORIGINS: list }).ALLOWED_ORIGINS).toStrictEqual([
      "https://app.example.com",
      "https://admin.example.com:8443",
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

  it("let pages and their links be at http on one's own machine only", () => {
    const local = ["http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]:3000", "http://app.localhost"];
    const elsewhere = ["http://app.example.com", "http://192.168.1.5:3000", "http://localhost.example.com"];
    for (const ENVIRONMENT of ["development", "test", "staging", "production"]) {
      const isDeployed = ENVIRONMENT === "staging" || ENVIRONMENT === "production";
      for (const name of ["ALLOWED_ORIGINS", "FRONTEND_URL"]) {
        const refused = [`${name} must be https: http is for localhost, in development`];
        for (const url of local) {
          expect(problems({ ENVIRONMENT, [name]: url }), url).toStrictEqual(isDeployed ? refused : []);
        }
        for (const url of elsewhere) expect(problems({ ENVIRONMENT, [name]: url }), url).toStrictEqual(refused);
        expect(problems({ ENVIRONMENT, [name]: "https://app.example.com" })).toStrictEqual([]);
      }
    }
    const refused = ["NEON_FETCH_ENDPOINT must be https: it carries the database's password"];
    expect(problems({ NEON_FETCH_ENDPOINT: "http://proxy.example.com/sql" })).toStrictEqual(refused);
    expect(problems({ NEON_FETCH_ENDPOINT: "http://127.0.0.1:5488/sql" })).toStrictEqual([]);
  });

  it("let pages send headers of tracing, or those that ALLOWED_HEADERS names", () => {
    expect(read().ALLOWED_HEADERS).toStrictEqual([
      "traceparent",
      "tracestate",
      "baggage",
      "sentry-trace",
      "X-Requested-With",
    ]);
    expect(read({ ALLOWED_HEADERS: "x-datadog-trace-id,Prefer" }).ALLOWED_HEADERS).toStrictEqual([
      "x-datadog-trace-id",
      "Prefer",
    ]);
    for (const bad of ["*", "X-A X-B", "X-A\r\nX-B", "X-Ä"]) {
      expect(problems({ ALLOWED_HEADERS: bad }), bad).toStrictEqual([
        "ALLOWED_HEADERS must be names of headers, separated by commas",
      ]);
    }
  });

  it("are refused together: each that is bad by itself, and each that contradicts another", () => {
    const change = {
      DATABASE_URL: "",
      ALLOWED_ORIGINS: "http://app.example.com",
      REQUIRE_VERIFIED_EMAIL: "true",
      SESSION_IDLE_DAYS: "100",
      ALGORITHM: "ES256",
      REFRESH_GRACE_SECONDS: "0",
    };
    expect(problems(change)).toStrictEqual([
      "DATABASE_URL is missing",
      "REFRESH_GRACE_SECONDS must be 2 to 60: two tabs, or a retry, use the same refresh token twice",
      "ALLOWED_ORIGINS must be https: http is for localhost, in development",
      `REQUIRE_VERIFIED_EMAIL needs a way to send mail: ${anyProvider}`,
      "SESSION_IDLE_DAYS must not exceed SESSION_ABSOLUTE_DAYS",
      "SIGNING_KEYS is missing",
    ]);
  });

  it.each([
    ["short", "k3yk3yk3y"],
    ["31 bytes of hex", "0123456789abcdef".repeat(4).slice(2)],
    ["one character, repeated", "a".repeat(64)],
    ["a few characters, repeated", "abcdefgh".repeat(8)],
    ["digits", "1234567890".repeat(7)],
    ["a random key with a line feed behind it", `${good.SECRET_KEY}\n`],
    ["a random key with a space in it", good.SECRET_KEY.replace("x9", "x 9")],
    ["a sentence", "correct horse battery staple, said the old man by the sea"],
    ["a sentence with dashes", "the-quick-brown-fox-jumps-over-the-lazy-dog-again-and-again"],
    ["a sentence without spaces", "TheQuickBrownFoxJumpsOverTheLazyDogAgainAndAgainToday"],
    ["a sentence in another language", "Ich-bin-ein-sehr-geheimer-Schluessel-fuer-die-Anwendung-2026"],
    ["words and digits", "Mysupersecretkey123Mysupersecretkey456Mysupersecretkey789"],
    ["a sentence in base64", Buffer.from("this is my secret sentence, long enough!").toString("base64")],
    ["a sentence in hex", Buffer.from("this is my secret sentence, long enough!").toString("hex")],
    ["a run on a keyboard", "qwertyuiopasdfghjklzxcvbnm1234567890QWERTYUIOPASDF"],
    ["a run across a keyboard", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0pQAZWSXEDCRFV"],
    ["letters and digits in turns", "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v2w3x4y5z6"],
    ["the numbers from 0 to 31", Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString("base64")],
    ["16 random bytes, twice", "f47ac10b58cc4372a5670e02b2c3d479".repeat(2)],
    ["a word of hex, repeated", "deadbeef".repeat(8)],
    ["bytes of hex that go up", "00112233445566778899aabbccddeeff".repeat(2)],
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
    expect(read({ ENVIRONMENT: "development", SECRET_KEY }).SECRET_KEY).toStrictEqual([SECRET_KEY]);
    for (const ENVIRONMENT of ["test", "staging", "production"]) {
      expect(problems({ ENVIRONMENT, SECRET_KEY })).toStrictEqual(["SECRET_KEY is a placeholder"]);
    }
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
    ["DATABASE_URL", "postgresql://u:p@h/d?host=db.example.com"],
    ["DATABASE_URL", "postgresql://u:p@h/d?%68ostaddr=192.0.2.1"],
    ["DATABASE_URL", "postgresql://u:p@h/d?sslmode=require&port=6543"],
    ["DATABASE_URL", "postgresql://u:p@h/d?user=owner"],
    ["ALGORITHM", "none"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "0"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "1e3"],
    ["ACCESS_TOKEN_EXPIRE_MINUTES", "-5"],
    ["DATABASE_TIMEOUT_MS", "99999"],
    ["SESSION_IDLE_DAYS", "100"],
    ["REFRESH_GRACE_SECONDS", "1"],
    ["REFRESH_GRACE_SECONDS", "61"],
    ["REQUIRE_IF_MATCH", "yes"],
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
        const alg = algorithm === "HS256" ? "ES256" : "HS256";
        expect(tell(algorithm, [{ ...key, alg }])).toStrictEqual(["SIGNING_KEYS must hold keys for ALGORITHM only"]);
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

describe("a choice in a sentence", () => {
  it.each([
    ["a", ["a"]],
    ["a or b", ["a", "b"]],
    ["a, b or c", ["a", "b", "c"]],
  ])("reads %s", (sentence, words) => {
    expect(choiceOf(words)).toBe(sentence);
  });

  it("tells a binding, which no variable is, from a variable", () => {
    expect(anyProvider).toBe("RESEND_API_KEY or the binding EMAIL");
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
    ["MAIL", { ...sends, EMAIL: { send: () => undefined } }],
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
