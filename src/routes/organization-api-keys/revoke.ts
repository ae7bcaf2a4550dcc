import { endpoint } from "../../endpoint/endpoint.ts";
import { OrganizationKeyParams } from "../../schemas/api-keys.ts";
import { revokeApiKey } from "../../services/api-keys.ts";

export const deleteOrganizationApiKey = endpoint(
  {
    method: "delete",
    path: "/organizations/{organization_id}/api-keys/{id}",
    operationId: "deleteOrganizationApiKey",
    tags: ["keys"],
    summary: "Revoke a key of an organization",
    description: "The next request with it is refused. Its name is free again.",
    access: { member: "keys:manage" },
    changes: { "api_key.revoked": "access_token" },
    request: { params: OrganizationKeyParams },
    responses: { 204: { description: "Revoked" } },
    errors: ["not_found"],
  },
  async (c) => {
    await revokeApiKey(c.var, c.req.valid("param").id);
    return c.body(null, 204);
  },
);
