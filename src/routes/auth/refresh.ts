import { endpoint, formOrJson, json } from "../../endpoint/endpoint.ts";
import { ApiError } from "../../errors.ts";
import { deliver, tokenInCookie } from "../../http/cookie.ts";
import { Refresh, Token } from "../../schemas/auth.ts";
import { refresh } from "../../services/auth.ts";

export const refreshTokens = endpoint(
  {
    method: "post",
    path: "/auth/refresh",
    operationId: "refreshTokens",
    tags: ["auth"],
    summary: "Get a new access token",
    description:
      "Exchanges a refresh token for the next one (RFC 6749, section 6). Each works once. Within ten seconds it gets the same successor again, so that two tabs or a retry do no harm. An older token ends the session.",
    access: "public",
    oauth: true,
    request: { body: formOrJson(Refresh) },
    responses: { 200: json(Token, "The next tokens") },
    errors: ["invalid_refresh_token", "unsupported_grant_type", "origin_not_allowed"],
  },
  async (c) => {
    const { grant_type, refresh_token } = { ...c.req.valid("form"), ...c.req.valid("json") };
    const token = refresh_token || tokenInCookie(c);
    if (!token) throw new ApiError("invalid_refresh_token");
    const tokens = await refresh(c.var, token, grant_type);
    return c.json(Token.parse(deliver(c, tokens, refresh_token ? "body" : "cookie")), 200);
  },
);
