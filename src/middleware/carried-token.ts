import type { Context } from "hono";
import { type Carried, carriedTokens } from "../context/policy.ts";
import type { AppEnv } from "../context/types.ts";
import { hasTwoTokens, tokenInCookie } from "../http/cookie.ts";
import { isSealed } from "../security/one-time-tokens.ts";
import { hashToken, sessionOf } from "../security/refresh-tokens.ts";
import { callerOf } from "./authenticate.ts";
import { countCall } from "./rate-limit.ts";

type Reader = (
  c: Context<AppEnv>,
  token: string | undefined,
  body: Record<string, unknown>,
) => Promise<string | undefined>;

/** The session of the refresh token, or of the access token that a sign-out may bring instead. */
const ofRefreshToken: Reader = async (c, inBody) => {
  // The handler refuses two cookies in its own way.
  const token = inBody ?? (hasTwoTokens(c) ? undefined : tokenInCookie(c));
  if (token !== undefined) return sessionOf(c.var.keys.refresh, token);
  return (await callerOf(c.var, c.req.header("Authorization")))?.sessionId;
};

/** Reads the key to count a call by, which only the token's holder can use up; undefined without a token of ours. */
const readers: Record<Carried, Reader> = {
  refresh_token: ofRefreshToken,
  refresh_grant: async (c, token, body) =>
    body.grant_type === "refresh_token" ? ofRefreshToken(c, token, body) : undefined,
  session_token: async (c, token = "") =>
    (await sessionOf(c.var.keys.refresh, token)) ?? (await callerOf(c.var, `Bearer ${token}`))?.sessionId,
  mailed_token: async (c, token) => {
    if (token === undefined || !(await isSealed(c.var.keys.mail, token))) return undefined;
    return hashToken(token);
  },
};

/** Counts the call before the handler: after its body was validated, and before any work is done for it. */
export function countedByToken<Handler>(carries: Carried, handler: Handler): Handler {
  const counted = async (c: Context<AppEnv>, ...rest: unknown[]) => {
    const validated = c.req as unknown as { valid(target: "form" | "json"): object | undefined };
    const body: Record<string, unknown> = { ...validated.valid("form"), ...validated.valid("json") };
    await countCall(c.env, c.var, { token: await readers[carries](c, textOf(body[carriedTokens[carries]]), body) });
    return (handler as (...args: unknown[]) => unknown)(c, ...rest);
  };
  // Has the handler's own signature, which TypeScript cannot derive.
  return counted as Handler;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
