import type { SQL } from "drizzle-orm";
import type { MiddlewareHandler } from "hono";
import { type Access, type Policy, type SignedIn, type WordOf, wantedIn, wordOf } from "../context/policy.ts";
import type { ActingEnv, CallerEnv, IdentifiedEnv, Variables } from "../context/types.ts";
import { adminGuard, freshGuard, memberGuard, userGuard } from "../crud/guards.ts";
import { allOf } from "../db/drizzle.ts";
import { ApiError } from "../errors.ts";
import { looksLikeApiKey } from "../security/api-keys.ts";
import type { SessionCaller } from "../security/caller.ts";
import { verifyAccessToken } from "../security/tokens.ts";
import { tokenPolicy } from "../settings.ts";
import { type Known, keysAdmittedBy } from "./api-keys.ts";
import { noteUse } from "./key-use.ts";
import { countCall } from "./rate-limit.ts";
import { noteRefusal, wasRefused } from "./refused-callers.ts";

/**
 * Verifies the bearer token (RFC 6750), an access token or an API key, without the database, and has the guard decide
 * every statement of the handler. Answers 401, 403, or 429 for a caller above its limit.
 */
export function authenticate(
  policy: Pick<Policy, "access" | "fresh" | "permission">,
): MiddlewareHandler<CallerEnv & ActingEnv & IdentifiedEnv> {
  const { access, fresh } = policy;
  const guard = guardOf(access);
  const freshly = fresh === undefined ? undefined : freshGuard(fresh);
  const byKey = keysAdmittedBy(policy);
  return async (c, next) => {
    const header = c.req.header("Authorization");
    const context = c.var;
    const organizationId = wordOf(access) === "member" ? c.req.param("organization_id")?.toLowerCase() : undefined;
    const byToken = async (): Promise<Known | undefined> => {
      const user = await callerOf(context, header);
      if (!user) return undefined;
      const known = { user, credential: user.sessionId };
      if (!guard) return known;
      const admit = () => guard(user, organizationId);
      return { ...known, admit: freshly ? () => allOf(admit(), freshly(user.sessionId)) : admit };
    };
    const text = bearerToken(header);
    const isKey = text !== undefined && looksLikeApiKey(text);
    const known = isKey ? await byKey?.(c, text, organizationId) : await byToken();
    // Set before counting, so that the log names the caller of a refused call.
    if (known?.user) c.set("user", known.user);
    if (known?.apiKeyId) c.set("apiKeyId", known.apiKeyId);
    const callerId = known?.user?.id ?? known?.organizationId;
    if (callerId) c.set("callerId", callerId);
    const isRefused = known !== undefined && wasRefused(known.credential, context.now());
    await countCall(c.env, context, { user: isRefused ? undefined : callerId });
    if (!known) throw refusal(text, isKey && !byKey);
    const { admit, apiKeyId } = known;
    if (!admit) throw new ApiError("forbidden");
    if (organizationId) c.set("member", { organizationId, userId: known.user?.id ?? null });

    let hasGuarded = false;
    c.set("guard", () => {
      hasGuarded = true;
      return admit();
    });
    c.set("hasGuarded", () => hasGuarded);
    await next();
    if (c.error instanceof ApiError && c.error.code === "invalid_token") noteRefusal(known.credential, context.now());
    // Without a query there was no guard, and an account that is gone would be served.
    if (!hasGuarded && !c.error) throw new Error(`${context.policy?.operationId} asked no guard. ${advice}`);
    if (apiKeyId && hasGuarded && ![401, 403].includes(c.res.status)) noteUse(context, apiKeyId);
  };
}

const advice = "Where it needs no statement, let it `await c.var.run()` before it reads a body or calls others.";

type Guard = (user: SessionCaller, organizationId: string | undefined) => SQL<boolean>;
/** The guard of each word of `access`. A word without one does not compile. */
const guards: {
  [Word in WordOf<SignedIn>]: (access: Extract<SignedIn, Word | (Word extends "member" ? object : never)>) => Guard;
} = {
  user: () => userGuard,
  admin: () => adminGuard,
  member: (access) => {
    const asMember = memberGuard(access.member, `${wantedIn(access)} in the organization`);
    return (user, organizationId = "") => allOf(userGuard(user), asMember(user.id, organizationId));
  },
};

/** Undefined for a word that got past the compiler, by which nobody is let in. */
function guardOf(access: Access): Guard | undefined {
  const word = wordOf(access);
  if (word === undefined || word === "public") return undefined;
  // Each guard takes the access of its own word.
  return (guards[word] as (access: Access) => Guard)(access);
}

/** The 401 of an unknown caller. Says that no key is taken here, even to a key that is not ours. */
function refusal(text: string | undefined, takesNoKey: boolean): ApiError {
  if (text === undefined) return new ApiError("not_authenticated");
  return new ApiError(
    "invalid_token",
    takesNoKey ? { detail: "This endpoint accepts access tokens only, not API keys." } : {},
  );
}

/** Reads the caller from an `Authorization` header, if its token is ours. Does not ask the database. */
export async function callerOf(
  { keys, settings, now }: Pick<Variables, "keys" | "settings" | "now">,
  header: string | undefined,
): Promise<SessionCaller | undefined> {
  const token = bearerToken(header);
  if (token === undefined) return undefined;
  const claims = await verifyAccessToken(keys.token, token, tokenPolicy(settings), now());
  return claims && { id: claims.sub, sessionId: claims.sid };
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(.*)$/i.exec(header ?? "")?.[1]?.trim();
}
