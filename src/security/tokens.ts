import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";

/** Who issues our tokens and whom they are for: `iss` and `aud` of RFC 7519. */
export type TokenPolicy = { issuer: string; audience: string; lifetimeSeconds: number };

/** RFC 9068's media type for access tokens. */
const typ = "at+jwt";
const maxTokenLength = 4_096;

const Claims = z.object({ sub: z.uuid(), sid: z.uuid(), jti: z.uuid(), iat: z.int(), exp: z.int() });
export type AccessTokenClaims = z.output<typeof Claims>;

/** Signs an access token for a user's session, HS256; `sid` is OpenID Connect's claim for it. */
export function signAccessToken(
  key: CryptoKey,
  user: { id: string; sessionId: string },
  policy: TokenPolicy,
  now: Date,
): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({ sid: user.sessionId })
    .setProtectedHeader({ alg: "HS256", typ })
    .setIssuer(policy.issuer)
    .setAudience(policy.audience)
    .setSubject(user.id)
    .setJti(crypto.randomUUID())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + policy.lifetimeSeconds)
    .sign(key);
}

/**
 * The claims of a token that we signed, that is in force and that lives no longer than we issue; `undefined` for any
 * other string, whatever is wrong with it.
 */
export async function verifyAccessToken(
  key: CryptoKey,
  token: string,
  policy: TokenPolicy,
  now: Date,
): Promise<AccessTokenClaims | undefined> {
  if (token.length > maxTokenLength) return undefined;
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["HS256"],
      typ,
      issuer: policy.issuer,
      audience: policy.audience,
      requiredClaims: ["sub", "sid", "jti", "iat", "exp"],
      maxTokenAge: policy.lifetimeSeconds,
      currentDate: now,
    });
    const claims = Claims.parse(payload);
    return claims.exp - claims.iat <= policy.lifetimeSeconds ? claims : undefined;
  } catch {
    return undefined;
  }
}
