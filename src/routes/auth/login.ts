import { endpoint, formOrJson, json } from "../../endpoint/endpoint.ts";
import { deliver, requireListedOrigin } from "../../http/cookie.ts";
import { Login, Token } from "../../schemas/auth.ts";
import { signIn } from "../../services/auth.ts";

export const login = endpoint(
  {
    method: "post",
    path: "/auth/login",
    operationId: "login",
    tags: ["auth"],
    summary: "Sign in",
    description:
      "OAuth2's password form (RFC 6749, section 4.3), or the same fields as JSON. Opens a session. This is first-party sign-in in OAuth2's shape: it is not an authorization server for third parties, for whom RFC 9700 forbids this grant.",
    access: "public",
    rate: "sign_in",
    oauth: true,
    // The account is read before the password is hashed, and the session written after.
    roundTrips: 2,
    request: { body: formOrJson(Login) },
    responses: { 200: json(Token, "An access token and a refresh token") },
    errors: [
      "invalid_grant",
      "unsupported_grant_type",
      "origin_not_allowed",
      "email_not_verified",
      "account_deleted",
      "too_many_attempts",
    ],
  },
  async (c) => {
    const credentials = { ...c.req.valid("form"), ...c.req.valid("json") };
    if (credentials.token_delivery !== "body") requireListedOrigin(c);
    const tokens = await signIn(c.var, credentials);
    return c.json(Token.parse(deliver(c, tokens, credentials.token_delivery)), 200);
  },
);
