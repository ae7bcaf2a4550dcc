import type { MiddlewareHandler } from "hono";
import type { SignedIn } from "../context/policy.ts";
import { runner } from "../context/run.ts";
import type { UserEnv, Variables } from "../context/types.ts";
import { adminGuard, type Caller, userGuard } from "../crud/guards.ts";
import { ApiError } from "../errors.ts";
import { verifyAccessToken } from "../security/tokens.ts";
import { tokenPolicy } from "../settings.ts";
import { countCall } from "./rate-limit.ts";

/**
 * Who is calling, may they: verifies the bearer token (RFC 6750) without the database, then puts the guard before every
 * statement the handler runs. 401 without a token or with a bad one, 403 where an admin is needed, 429 where the caller, or
 * without one the client's network, comes too often.
 */
export function authenticate(access: SignedIn): MiddlewareHandler<UserEnv> {
  // A word that got past the compiler lets nobody in.
  const guard = Object.hasOwn(guards, access) ? guards[access] : undefined;
  return async (c, next) => {
    const header = c.req.header("Authorization");
    const context = c.var;
    const user = await callerOf(context, header);
    // First, so that the log says whose call was one too many.
    if (user) c.set("user", user);
    await countCall(c.env, context, { user: user?.id });
    if (!user) throw new ApiError(bearerToken(header) === undefined ? "not_authenticated" : "invalid_token");
    if (!guard) throw new ApiError("forbidden");

    let guarded = false;
    const admit = () => {
      guarded = true;
      return guard(user);
    };
    c.set("run", runner(context.db, admit));
    await next();
    // An endpoint that never asked the database would also serve those whose account is gone.
    if (!guarded && !c.error) throw new Error("An endpoint with access beyond public answered without c.var.run");
  };
}

/** What each word of `access` demands of a caller. A word that does not stand here does not compile. */
const guards: Record<SignedIn, typeof userGuard> = { user: userGuard, admin: adminGuard };

/** Whom an `Authorization` header names, if its token is one of ours; the database has not been asked. */
export async function callerOf(
  { keys, settings, now }: Pick<Variables, "keys" | "settings" | "now">,
  header: string | undefined,
): Promise<Caller | undefined> {
  const token = bearerToken(header);
  if (token === undefined) return undefined;
  const claims = await verifyAccessToken(keys.token, token, tokenPolicy(settings), now());
  return claims && { id: claims.sub, sessionId: claims.sid };
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(.*)$/i.exec(header ?? "")?.[1]?.trim();
}
