import { endpoint, formOrJson, json, problems } from "../../endpoint.ts";
import { Login, Token } from "../../schemas/auth.ts";
import { signIn } from "../../services/auth.ts";

export const login = endpoint(
  {
    method: "post",
    path: "/auth/login",
    operationId: "login",
    tags: ["auth"],
    summary: "Sign in",
    description: "OAuth2's password form (RFC 6749, section 4.3), or the same fields as JSON. For first-party clients.",
    access: "public",
    oauth: true,
    // The second replaces a password hash that was made under an older policy.
    roundTrips: 2,
    request: { body: formOrJson(Login) },
    responses: { 200: json(Token, "An access token"), ...problems("invalid_grant") },
  },
  async (c) => {
    const credentials = { ...c.req.valid("form"), ...c.req.valid("json") };
    return c.json(Token.parse(await signIn(c.var, credentials)), 200);
  },
);
