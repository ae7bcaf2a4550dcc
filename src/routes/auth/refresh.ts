import { endpoint, formOrJson, json, optional } from "../../endpoint/endpoint.ts";
import { Refresh, RefreshForm, Token, TokenQuery } from "../../schemas/oauth.ts";
import { refreshed } from "../tokens.ts";

export const refreshTokens = endpoint(
  {
    method: "post",
    path: "/auth/refresh",
    operationId: "refreshTokens",
    tags: ["auth"],
    summary: "Get a new access token",
    description:
      "Exchanges a refresh token for the next one (RFC 6749, section 6). Each works once; a repetition within ten seconds gets the same successor, for a second tab or a retry. An older token ends the session. Without a body, the token in the cookie is used.",
    access: "public",
    carries: "refresh_token",
    oauth: true,
    changes: { "session.replayed": "refresh_token" },
    request: { query: TokenQuery, body: optional(formOrJson(RefreshForm, Refresh)) },
    responses: { 200: json(Token, "The next tokens", "Set-Cookie", "Pragma") },
    errors: ["invalid_refresh_token", "unsupported_grant_type", "origin_not_allowed"],
  },
  async (c) =>
    c.json(await refreshed(c, { ...c.req.valid("form"), ...c.req.valid("json") }, c.req.valid("query")), 200),
);
