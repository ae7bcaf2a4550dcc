import { endpoint, json } from "../../endpoint/endpoint.ts";
import { KeySet } from "../../schemas/auth.ts";

export const jwks = endpoint(
  {
    method: "get",
    path: "/.well-known/jwks.json",
    operationId: "jwks",
    tags: ["auth"],
    summary: "Get the keys that verify access tokens",
    description:
      "A JSON Web Key Set (RFC 7517) for other services that verify our access tokens: `kid` names the key. Empty if `ALGORITHM` is symmetric.",
    access: "public",
    uncounted: true,
    atRoot: true,
    roundTrips: 0,
    responses: { 200: json(KeySet, "The public keys", "Cache-Control") },
  },
  (c) => {
    c.header("Cache-Control", "public, max-age=300");
    return c.json(KeySet.parse({ keys: c.var.keys.token.published }), 200);
  },
);
