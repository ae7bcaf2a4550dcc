import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "../context/types.ts";
import { ApiError } from "../errors.ts";
import type { Token } from "../schemas/oauth.ts";

type Cookie = { name: string; path: string; secure: boolean };

/** `__Host-` keeps other hosts from setting it: no sibling domain can sign a visitor in to another account. */
const current: Cookie = { name: "__Host-refresh_token", path: "/", secure: true };
/** The cookie of earlier versions, valid until it is exchanged for the current one. */
const former: Cookie = { name: "__Secure-refresh_token", path: "/api/v1/auth", secure: true };
/**
 * For a developer's machine: Safari takes no secure cookie from `http://localhost`, no browser one from `127.0.0.1`.
 */
const local: Cookie = { name: "refresh_token", path: "/", secure: false };

/** The cookie that is set for this request. */
function cookieFor(c: Context<AppEnv>): Cookie {
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(new URL(c.req.url).hostname);
  return c.var.settings.ENVIRONMENT === "development" && isLoopback ? local : current;
}

type Delivery = "body" | "cookie";

/** Delivers the tokens as the client asks: by `cookie`, the refresh token is out of reach of the page's scripts. */
export function deliver(c: Context<AppEnv>, tokens: Token, by: Delivery): Token {
  return deliveries[by](c, tokens);
}

const deliveries: Record<Delivery, (c: Context<AppEnv>, tokens: Token) => Token> = {
  body: (_c, tokens) => tokens,
  cookie: (c, { refresh_token, ...answer }) => {
    if (refresh_token === undefined) return answer;
    dropCookie(c, former);
    const maxAge = c.var.settings.SESSION_IDLE_DAYS * 24 * 60 * 60;
    const { name, path, secure } = cookieFor(c);
    setCookie(c, name, refresh_token, { path, maxAge, secure, httpOnly: true, sameSite: "Strict" });
    return answer;
  },
};

/**
 * The refresh token in the cookie. Browsers send it with anybody's request, so it counts only from a listed origin or
 * ours. Throws `origin_not_allowed`, and `invalid_refresh_token` for two of the name, since either may be forged.
 */
export function tokenInCookie(c: Context<AppEnv>): string | undefined {
  const [token, another] = tokensOf(c);
  if (token === undefined) return undefined;
  requireListedOrigin(c);
  if (another === undefined) return token;
  dropCookies(c);
  throw new ApiError("invalid_refresh_token", { detail: "There are two cookies with the same name. Sign in again." });
}

/** True for two cookies of the name, of which neither counts. */
export function hasTwoTokens(c: Context<AppEnv>): boolean {
  return tokensOf(c).length > 1;
}

function tokensOf(c: Context<AppEnv>): string[] {
  const [tokens = []] = [cookieFor(c), former].map(({ name }) => valuesOf(c, name)).filter(({ length }) => length > 0);
  return tokens;
}

/** Required before a cookie is set or read: a foreign form could sign its visitor in to the attacker's account. */
export function requireListedOrigin(c: Context<AppEnv>): void {
  const origin = c.req.header("Origin") ?? "";
  const isOurs = origin === new URL(c.req.url).origin;
  if (!isOurs && !c.var.settings.ALLOWED_ORIGINS.includes(origin)) throw new ApiError("origin_not_allowed");
}

/** Removes the refresh token's cookies that the browser sent. */
export function dropCookies(c: Context<AppEnv>): void {
  dropCookie(c, cookieFor(c));
  dropCookie(c, former);
}

function dropCookie(c: Context<AppEnv>, { name, path, secure }: Cookie): void {
  if (valuesOf(c, name).length > 0) deleteCookie(c, name, { path, secure });
}

/** All values that the browser sent under this name: there are several if path or domain differ. */
function valuesOf(c: Context<AppEnv>, name: string): string[] {
  const pairs = (c.req.header("Cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}
