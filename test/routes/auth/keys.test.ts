import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { derivedSigningKey } from "../../../src/security/keys.ts";
import { type Algorithm, type SigningKey, withThumbprint } from "../../../src/security/signing-keys.ts";
import { aUser, bindings, quickHash, serve } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const user = await aUser({ password_hash });
const asymmetric = ["EdDSA", "ES256"] as const;
const algorithms = ["HS256", ...asymmetric] as const;

async function aKey(algorithm: Algorithm): Promise<SigningKey> {
  if (algorithm === "HS256") {
    const k = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
    return withThumbprint({ kty: "oct", k });
  }
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return withThumbprint(await exportJWK(privateKey));
}

function serveWith(ALGORITHM: Algorithm, ring: readonly SigningKey[] | string, mayFail = false) {
  const SIGNING_KEYS = typeof ring === "string" ? ring : JSON.stringify(ring);
  const api = serve({ mayFail, bindings: { ...bindings, ALGORITHM, SIGNING_KEYS } });
  const signIn = async () => (await api.post("/auth/login", { json: { username: user.username, password } })).body;
  const accepts = async (token: string) => (await api.get("/users/me", { token })).status === 200;
  return { ...api, signIn, accepts };
}

describe.each(algorithms)("promise 23: %s", (algorithm) => {
  it("signs by the first key and verifies by every key of the ring", async () => {
    const [first, second] = [await aKey(algorithm), await aKey(algorithm)];
    const { access_token } = await serveWith(algorithm, [first, second]).signIn();
    expect(await serveWith(algorithm, [second, first]).accepts(access_token)).toBe(true);
    expect(await serveWith(algorithm, [second]).accepts(access_token)).toBe(false);
  });

  it("rotates in steps that sign nobody out, whichever step an isolate has reached", async () => {
    const [older, newer] = [await aKey(algorithm), await aKey(algorithm)];
    const steps = [[older], [older, newer], [newer, older], [newer]].map((ring) => serveWith(algorithm, ring));
    for (const [i, now] of steps.entries()) {
      const next = steps[i + 1];
      if (!next) continue;
      for (const [from, to] of [
        [now, next],
        [next, now],
      ] as const) {
        expect(await to.accepts((await from.signIn()).access_token), `step ${i}`).toBe(true);
      }
    }
    // The older key may go when what it signed has run out; the session goes on.
    const { refresh_token } = (await steps[0]?.signIn()) ?? {};
    const refreshed = await steps[3]?.post("/auth/refresh", { json: { refresh_token } });
    expect(refreshed?.status).toBe(200);
    expect(await steps[3]?.accepts(refreshed?.body.access_token)).toBe(true);
  });
});

describe("promise 23: HS256 without a ring", () => {
  it("moves to a ring that has the derived key, without logging anybody out", async () => {
    const derived = await derivedSigningKey(String(bindings.SECRET_KEY));
    const ring = serveWith("HS256", [await aKey("HS256"), derived]);
    expect(await ring.accepts(user.token)).toBe(true);
  });
});

describe("GET /.well-known/jwks.json", () => {
  it.each(asymmetric)("verifies a token by %s, may be cached, and holds no secret", async (algorithm) => {
    const ring = [await aKey(algorithm), await aKey(algorithm)];
    const api = serveWith(algorithm, ring);
    const answer = await api.get("/.well-known/jwks.json");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(answer.body.keys.map((key: { kid: string }) => key.kid)).toStrictEqual(ring.map(({ kid }) => kid));
    expect(answer.text).not.toContain('"d"');
    const { access_token } = await api.signIn();
    const { payload } = await jwtVerify(access_token, createLocalJWKSet(answer.body), { issuer: "plinth" });
    expect(payload.sub).toBe(user.id);
  });

  it("is empty where the keys are symmetric", async () => {
    for (const api of [serve(), serveWith("HS256", [await aKey("HS256")])]) {
      expect((await api.get("/.well-known/jwks.json")).body).toStrictEqual({ keys: [] });
    }
  });
});

describe("promise 1: a token cannot choose how it is verified", () => {
  const claims = () => {
    const seconds = Math.floor(Date.now() / 1000);
    const ids = { sub: user.id, sid: user.sessionId, jti: crypto.randomUUID() };
    return { iss: "plinth", aud: "plinth-api", ...ids, iat: seconds, exp: seconds + 60 };
  };
  const sign = (header: { alg: string; kid: string }, key: CryptoKey | Uint8Array) =>
    new SignJWT(claims()).setProtectedHeader({ typ: "at+jwt", ...header }).sign(key);

  it.each(asymmetric)("by %s: not by HMAC under the public key, nor unsigned, nor by another key", async (alg) => {
    const key = await aKey(alg);
    const api = serveWith(alg, [key]);
    const { keys } = (await api.get("/.well-known/jwks.json")).body;
    const { kid, x, y = "" } = keys[0];
    const secrets = [x, JSON.stringify(keys[0]), `${x}${y}`].map((text) => new TextEncoder().encode(text));
    const bytes = Buffer.from(x, "base64url");
    const raw = new Uint8Array(y === "" ? bytes : Buffer.concat([Buffer.of(4), bytes, Buffer.from(y, "base64url")]));
    const unsigned = [`{"alg":"none","typ":"at+jwt","kid":"${kid}"}`, JSON.stringify(claims())];
    const { privateKey } = await generateKeyPair(alg);
    const other = alg === "EdDSA" ? "ES256" : "EdDSA";
    const bad = [
      ...(await Promise.all([...secrets, raw].map((secret) => sign({ alg: "HS256", kid }, secret)))),
      `${unsigned.map((part) => Buffer.from(part).toString("base64url")).join(".")}.`,
      await sign({ alg, kid }, privateKey),
      await sign({ alg: other, kid }, (await generateKeyPair(other)).privateKey),
      user.token,
    ];
    for (const token of bad) {
      const answer = await api.get("/users/me", { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
      expect(answer.roundTrips).toBe(0);
    }
    expect(await api.accepts((await api.signIn()).access_token)).toBe(true);
  });
});

describe("promise 22: a ring that cannot be used", () => {
  it("stops every route but liveness, and its value is nowhere", async () => {
    const [one, two] = [await aKey("EdDSA"), await aKey("EdDSA")];
    const [ours, theirs] = [{ ...one }, { ...two }];
    if (ours.kty === "OKP" && theirs.kty === "OKP") ours.x = theirs.x;
    const api = serveWith("EdDSA", [ours], true);
    const answer = await api.as(user).get("/users/me");
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe("misconfigured");
    const log = JSON.stringify(api.logs);
    expect(log).toContain("SIGNING_KEYS holds a key that cannot be used");
    for (const secret of [ours.kid, JSON.parse(JSON.stringify(ours)).d])
      expect(log + answer.text).not.toContain(secret);
    expect((await api.get("/health")).status).toBe(200);
  });
});
