import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiKey, ApiKeyUpdate, OrganizationKeyParams } from "../../schemas/api-keys.ts";
import { changeApiKey } from "../../services/api-keys.ts";

export const updateOrganizationApiKey = endpoint(
  {
    method: "patch",
    path: "/organizations/{organization_id}/api-keys/{id}",
    operationId: "updateOrganizationApiKey",
    tags: ["keys"],
    summary: "Change a key of an organization",
    description:
      "Fields that are left out keep their values. The next request with the key has the new ones, which include no permission that you lack.",
    access: { member: "keys:manage" },
    fresh: "10m",
    changes: { "api_key.changed": "fresh_password" },
    request: { params: OrganizationKeyParams, body: body(ApiKeyUpdate) },
    responses: { 200: json(ApiKey, "The changed key") },
    errors: ["not_found", "name_taken"],
  },
  async (c) => {
    const key = await changeApiKey(c.var, c.req.valid("param").id, c.req.valid("json"));
    return c.json(ApiKey.parse(key), 200);
  },
);
