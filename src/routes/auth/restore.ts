import { endpoint, formOrJson, json } from "../../endpoint/endpoint.ts";
import { Login, LoginForm, Token, TokenQuery } from "../../schemas/oauth.ts";
import { restoreAndSignIn } from "../../services/auth.ts";
import { signedIn } from "../tokens.ts";

export const restoreAccount = endpoint(
  {
    method: "post",
    path: "/auth/restore",
    operationId: "restoreAccount",
    tags: ["auth"],
    summary: "Restore your deleted account",
    description:
      "Takes the fields of a sign-in during the grace period after a deletion, and signs you in; for an account that is not deleted, it is a sign-in. 409 if another user has taken the e-mail address or the username in the meantime.",
    access: "public",
    rate: "sign_in",
    oauth: true,
    // The account is read before the password is hashed, and restored after.
    roundTrips: 2,
    changes: { "account.restored": "password", "sign_in.new_network": "password" },
    request: { query: TokenQuery, body: formOrJson(LoginForm, Login) },
    responses: { 200: json(Token, "An access token and a refresh token", "Set-Cookie", "Pragma") },
    errors: [
      "invalid_grant",
      "unsupported_grant_type",
      "origin_not_allowed",
      "email_not_verified",
      "email_taken",
      "username_taken",
      "too_many_attempts",
      "busy",
    ],
  },
  async (c) => {
    const credentials = { ...c.req.valid("form"), ...c.req.valid("json") };
    return c.json(await signedIn(c, credentials, c.req.valid("query"), restoreAndSignIn), 200);
  },
);
