import { endpoint } from "../../endpoint/endpoint.ts";
import { IdParams } from "../../schemas/common.ts";
import { revokeApiKey } from "../../services/api-keys.ts";

export const deleteApiKey = endpoint(
  {
    method: "delete",
    path: "/api-keys/{id}",
    operationId: "deleteApiKey",
    tags: ["keys"],
    summary: "Revoke an API key",
    description: "The next request with it is refused. Its name is free again.",
    access: "user",
    changes: { "api_key.revoked": "access_token" },
    request: { params: IdParams },
    responses: { 204: { description: "Revoked" } },
    errors: ["not_found"],
  },
  async (c) => {
    await revokeApiKey(c.var, c.req.valid("param").id);
    return c.body(null, 204);
  },
);
