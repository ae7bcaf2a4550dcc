import type { Context } from "hono";
import type { AppEnv } from "../context/types.ts";
import { ApiError } from "../errors.ts";
import { deliver, dropCookies, requireListedOrigin, tokenInCookie } from "../http/cookie.ts";
import { type Login, type Refresh, Token, type TokenQuery } from "../schemas/oauth.ts";
import { refresh, type signIn } from "../services/auth.ts";

/** Signs in by this service, and delivers the refresh token as the client asked. */
export async function signedIn(
  c: Context<AppEnv>,
  credentials: Login,
  { include }: TokenQuery,
  by: typeof signIn,
): Promise<Token> {
  const { token_delivery = "body", scope } = credentials;
  if (token_delivery !== "body") requireListedOrigin(c);
  return granted(c, deliver(c, await by(c.var, credentials, wanting(include)), token_delivery), scope);
}

/** Trades a refresh token, or that of the cookie, which is dropped if it is invalid. */
export async function refreshed(
  c: Context<AppEnv>,
  { refresh_token, scope }: Refresh,
  { include }: TokenQuery,
): Promise<Token> {
  const asked = wanting(include);
  if (refresh_token) return granted(c, await refresh(c.var, refresh_token, asked), scope);
  const inCookie = tokenInCookie(c);
  if (inCookie === undefined) throw new ApiError("invalid_refresh_token");
  const tokens = await refresh(c.var, inCookie, asked).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === "invalid_refresh_token") dropCookies(c);
    throw error;
  });
  return granted(c, deliver(c, tokens, "cookie"), scope);
}

function wanting(include: TokenQuery["include"]) {
  return { withUser: include !== undefined };
}

/** Forbids caching, also by old caches, and names the granted scope if one was asked for (RFC 6749, section 5.1). */
function granted(c: Context<AppEnv>, tokens: Token, scope: string | undefined): Token {
  c.header("Pragma", "no-cache");
  return Token.parse({ ...tokens, ...(scope && { scope: "api" }) });
}
