import { endpoint, formOrJson, json } from "../../endpoint/endpoint.ts";
import { deliver, requireListedOrigin } from "../../http/cookie.ts";
import { Login, Token } from "../../schemas/auth.ts";
import { restoreAndSignIn } from "../../services/auth.ts";

export const restoreAccount = endpoint(
  {
    method: "post",
    path: "/auth/restore",
    operationId: "restoreAccount",
    tags: ["auth"],
    summary: "Restore your deleted account",
    description:
      "Takes the fields of a sign-in during the grace period after a deletion, and signs you in; an account that was not deleted is signed in too. 409 if another user has taken the e-mail address or the username in the meantime.",
    access: "public",
    rate: "sign_in",
    oauth: true,
    // The account is read before the password is hashed, and restored after.
    roundTrips: 2,
    request: { body: formOrJson(Login) },
    responses: { 200: json(Token, "An access token and a refresh token") },
    errors: [
      "invalid_grant",
      "unsupported_grant_type",
      "origin_not_allowed",
      "email_not_verified",
      "email_taken",
      "username_taken",
      "too_many_attempts",
    ],
  },
  async (c) => {
    const credentials = { ...c.req.valid("form"), ...c.req.valid("json") };
    if (credentials.token_delivery !== "body") requireListedOrigin(c);
    const tokens = await restoreAndSignIn(c.var, credentials);
    return c.json(Token.parse(deliver(c, tokens, credentials.token_delivery)), 200);
  },
);
