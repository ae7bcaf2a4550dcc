import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "../context/types.ts";
import { ApiError } from "../errors.ts";
import type { Token } from "../schemas/auth.ts";

/** `__Secure-` makes browsers insist on `Secure`; the path keeps it away from everything but signing in and out. */
const name = "__Secure-refresh_token";
const scope = { path: "/api/v1/auth", secure: true } as const;

type Delivery = "body" | "cookie";

/** The tokens as the client wants them: by `cookie`, the refresh token goes there, out of reach of the page's scripts. */
export function deliver(c: Context<AppEnv>, tokens: Token, by: Delivery): Token {
  return deliveries[by](c, tokens);
}

const deliveries: Record<Delivery, (c: Context<AppEnv>, tokens: Token) => Token> = {
  body: (_c, tokens) => tokens,
  cookie: (c, { refresh_token, ...answer }) => {
    const maxAge = c.var.settings.SESSION_IDLE_DAYS * 24 * 60 * 60;
    if (refresh_token !== undefined)
      setCookie(c, name, refresh_token, { ...scope, httpOnly: true, sameSite: "Strict", maxAge });
    return answer;
  },
};

/**
 * The refresh token in the cookie. A browser sends it by itself, whoever made it: it counts only when the page is of a
 * listed origin, or of ours. Throws `origin_not_allowed`.
 */
export function tokenInCookie(c: Context<AppEnv>): string | undefined {
  const token = getCookie(c, name);
  if (token !== undefined) requireListedOrigin(c);
  return token;
}

/** Before a cookie is set or counts: a form on anybody's page could sign its visitor in to somebody else's account. */
export function requireListedOrigin(c: Context<AppEnv>): void {
  const origin = c.req.header("Origin") ?? "";
  const isOurs = origin === new URL(c.req.url).origin;
  if (!isOurs && !c.var.settings.ALLOWED_ORIGINS.includes(origin)) throw new ApiError("origin_not_allowed");
}

export function dropCookie(c: Context<AppEnv>): void {
  deleteCookie(c, name, scope);
}
