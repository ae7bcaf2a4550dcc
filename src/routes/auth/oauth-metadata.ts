import { endpoint, json } from "../../endpoint/endpoint.ts";
import { ServerMetadata } from "../../schemas/oauth.ts";

export const oauthMetadata = endpoint(
  {
    method: "get",
    path: "/.well-known/oauth-authorization-server",
    operationId: "oauthMetadata",
    tags: ["auth"],
    summary: "Get the OAuth2 server metadata",
    description:
      "Authorization server metadata (RFC 8414). Its `issuer` is `JWT_ISSUER` if that is a URL, and this origin otherwise.",
    access: "public",
    uncounted: true,
    atRoot: true,
    roundTrips: 0,
    responses: { 200: json(ServerMetadata, "The metadata", "Cache-Control") },
  },
  (c) => {
    const { origin } = new URL(c.req.url);
    const { JWT_ISSUER } = c.var.settings;
    c.header("Cache-Control", "public, max-age=300");
    const metadata = {
      issuer: /^https?:/.test(JWT_ISSUER) ? JWT_ISSUER : origin,
      token_endpoint: `${origin}/api/v1/auth/login`,
      revocation_endpoint: `${origin}/api/v1/auth/revoke`,
      jwks_uri: `${origin}/.well-known/jwks.json`,
      grant_types_supported: ["password", "refresh_token"],
      response_types_supported: [],
      scopes_supported: ["api"],
      token_endpoint_auth_methods_supported: ["none"],
      revocation_endpoint_auth_methods_supported: ["none"],
    };
    return c.json(ServerMetadata.parse(metadata), 200);
  },
);
