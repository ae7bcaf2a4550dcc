import { endpoint, formOrJson, json } from "../../endpoint/endpoint.ts";
import { Revocation, RevocationForm, Revoked } from "../../schemas/oauth.ts";
import { revoke } from "../../services/auth.ts";

export const revokeToken = endpoint(
  {
    method: "post",
    path: "/auth/revoke",
    operationId: "revokeToken",
    tags: ["auth"],
    summary: "Revoke a token",
    description:
      "OAuth2's sign-out (RFC 7009): ends the session of an access token or a refresh token. An unknown or expired token is no error.",
    access: "public",
    carries: "session_token",
    oauth: true,
    request: { body: formOrJson(RevocationForm, Revocation) },
    responses: { 200: json(Revoked, "The token no longer works") },
  },
  async (c) => {
    const { token } = { ...c.req.valid("form"), ...c.req.valid("json") };
    await revoke(c.var, token);
    return c.json(Revoked.parse({}), 200);
  },
);
