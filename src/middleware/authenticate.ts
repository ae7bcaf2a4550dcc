import type { SQL } from "drizzle-orm";
import type { MiddlewareHandler } from "hono";
import { type Access, type Policy, type SignedIn, type WordOf, wantedIn, wordOf } from "../context/policy.ts";
import type { MemberEnv, UserEnv, Variables } from "../context/types.ts";
import { adminGuard, freshGuard, memberGuard, userGuard } from "../crud/guards.ts";
import { allOf } from "../db/drizzle.ts";
import { ApiError } from "../errors.ts";
import type { SessionCaller } from "../security/caller.ts";
import { verifyAccessToken } from "../security/tokens.ts";
import { tokenPolicy } from "../settings.ts";
import { countCall } from "./rate-limit.ts";

/**
 * Verifies the bearer token (RFC 6750) without the database, then puts the guard before every statement of the handler.
 * 401 without a valid token, 403 without the role, 429 for a caller, or a network without a token, above its limit.
 */
export function authenticate({
  access,
  fresh,
}: Pick<Policy, "access" | "fresh">): MiddlewareHandler<UserEnv & MemberEnv> {
  const guard = guardOf(access);
  const freshly = fresh === undefined ? undefined : freshGuard(fresh);
  return async (c, next) => {
    const header = c.req.header("Authorization");
    const context = c.var;
    const user = await callerOf(context, header);
    // Set before counting, so that the log names the caller of a refused call.
    if (user) c.set("user", user);
    await countCall(c.env, context, { user: user?.id });
    if (!user) throw new ApiError(bearerToken(header) === undefined ? "not_authenticated" : "invalid_token");
    if (!guard) throw new ApiError("forbidden");
    const organizationId = c.req.param("organization_id")?.toLowerCase();
    if (wordOf(access) === "member" && organizationId) c.set("member", { organizationId, userId: user.id });

    let guarded = false;
    const admit = () => {
      guarded = true;
      const decided = guard(user, organizationId);
      return freshly ? allOf(decided, freshly(user.sessionId)) : decided;
    };
    c.set("guard", admit);
    c.set("hasGuarded", () => guarded);
    await next();
    // Without a query there was no guard, and an account that is gone would be served.
    if (!guarded && !c.error) throw new Error(`${context.policy?.operationId} asked no guard. ${advice}`);
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
    const asMember = memberGuard(access.member, wantedIn(access));
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
