import { endpoint, formOrJson, json } from "../../endpoint/endpoint.ts";
import { Login, Token, TokenForm, TokenQuery } from "../../schemas/oauth.ts";
import { signIn } from "../../services/auth.ts";
import { refreshed, signedIn } from "../tokens.ts";

export const login = endpoint(
  {
    method: "post",
    path: "/auth/login",
    operationId: "login",
    tags: ["auth"],
    summary: "Sign in",
    description:
      "Opens a session. As a form this is OAuth2's token endpoint (RFC 6749, sections 3.2, 4.3 and 6) and takes `grant_type=refresh_token` too; as JSON it takes the fields of a sign-in. This is first-party sign-in in OAuth2's shape: it is not an authorization server for third parties, for whom RFC 9700 forbids this grant.",
    access: "public",
    carries: "refresh_grant",
    rate: "sign_in",
    oauth: true,
    // The account is read before the password is hashed, and the session written after.
    roundTrips: 2,
    changes: { "sign_in.new_network": "password", "session.replayed": "refresh_token" },
    request: { query: TokenQuery, body: formOrJson(TokenForm, Login) },
    responses: { 200: json(Token, "An access token and a refresh token", "Set-Cookie", "Pragma") },
    errors: [
      "invalid_grant",
      "invalid_refresh_token",
      "unsupported_grant_type",
      "origin_not_allowed",
      "email_not_verified",
      "account_deleted",
      "too_many_attempts",
      "busy",
    ],
  },
  async (c) => {
    const sent = c.req.header("Content-Type") === "application/json" ? c.req.valid("json") : c.req.valid("form");
    if (sent.grant_type === "refresh_token") return c.json(await refreshed(c, sent, c.req.valid("query")), 200);
    return c.json(await signedIn(c, sent, c.req.valid("query"), signIn), 200);
  },
);
