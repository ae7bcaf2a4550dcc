import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { SessionCaller } from "./caller.ts";
import type { KeyRing } from "./signing-keys.ts";

/** The issuer and audience of our tokens (`iss` and `aud` of RFC 7519), and their lifetime. */
export type TokenPolicy = { issuer: string; audience: string; lifetimeSeconds: number };

/** RFC 9068's media type for access tokens. */
const typ = "at+jwt";
const maxTokenLength = 4_096;
/** Seconds by which the clock of the machine that signed may be ahead: RFC 7519, section 4.1.5, allows for a few minutes. */
const leewaySeconds = 60;

const Claims = z.object({ sub: z.uuid(), sid: z.uuid(), jti: z.uuid(), iat: z.int(), exp: z.int() });
export type AccessTokenClaims = z.output<typeof Claims>;

/** Signs an access token for a user's session; `sid` is OpenID Connect's claim for it. */
export function signAccessToken(
  { algorithm, signing }: KeyRing,
  user: SessionCaller,
  policy: TokenPolicy,
  now: Date,
): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({ sid: user.sessionId })
    .setProtectedHeader({ alg: algorithm, typ, kid: signing.kid })
    .setIssuer(policy.issuer)
    .setAudience(policy.audience)
    .setSubject(user.id)
    .setJti(crypto.randomUUID())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + policy.lifetimeSeconds)
    .sign(signing.key);
}

/** Tokens that were verified by a ring, so that the signature of each is checked once per isolate. The oldest go first. */
const verified = new WeakMap<KeyRing, Map<string, AccessTokenClaims>>();
const mostVerified = 1_000;

/**
 * The claims of a token that we signed, in force and with a lifetime that we would issue; `undefined` for any other
 * string.
 */
export async function verifyAccessToken(
  ring: KeyRing,
  token: string,
  policy: TokenPolicy,
  now: Date,
): Promise<AccessTokenClaims | undefined> {
  if (token.length > maxTokenLength) return undefined;
  const known = verified.get(ring) ?? new Map<string, AccessTokenClaims>();
  const name = `${policy.lifetimeSeconds} ${policy.issuer} ${policy.audience} ${token}`;
  const before = known.get(name);
  if (before) return isInForce(before, now) ? before : undefined;
  const claims = await verify(ring, token, policy, now);
  if (!claims || !isInForce(claims, now)) return undefined;
  const [oldest] = known.keys();
  if (known.size >= mostVerified && oldest !== undefined) known.delete(oldest);
  verified.set(ring, known.set(name, claims));
  return claims;
}

/** Checks the times, which are all that can change about a token. No leeway lets one outlive its end. */
function isInForce({ iat, exp }: AccessTokenClaims, now: Date): boolean {
  const seconds = Math.floor(now.getTime() / 1000);
  return iat <= seconds + leewaySeconds && seconds < exp;
}

async function verify(
  ring: KeyRing,
  token: string,
  policy: TokenPolicy,
  now: Date,
): Promise<AccessTokenClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, ({ kid = "" }) => keyNamed(ring, kid), {
      algorithms: [ring.algorithm],
      typ,
      issuer: policy.issuer,
      audience: policy.audience,
      requiredClaims: ["sub", "sid", "jti", "iat", "exp"],
      maxTokenAge: policy.lifetimeSeconds,
      clockTolerance: leewaySeconds,
      currentDate: now,
    });
    const claims = Claims.parse(payload);
    // jose accepts a list of audiences that includes ours, which we never issue.
    const isOurs = payload.aud === policy.audience && claims.exp - claims.iat <= policy.lifetimeSeconds;
    return isOurs ? claims : undefined;
  } catch {
    return undefined;
  }
}

function keyNamed({ verifying }: KeyRing, kid: string): CryptoKey {
  const key = verifying.get(kid);
  if (!key) throw new Error("No key has this kid");
  return key;
}
