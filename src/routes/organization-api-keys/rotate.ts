import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiKeyRotation, NewApiKey, OrganizationKeyParams } from "../../schemas/api-keys.ts";
import { rotateApiKey } from "../../services/api-keys.ts";

export const rotateOrganizationApiKeySecret = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/api-keys/{id}/rotate",
    operationId: "rotateOrganizationApiKeySecret",
    tags: ["keys"],
    summary: "Rotate a key of an organization",
    description:
      "The current secret works for another `overlap_seconds`, while you replace it; an older one stops working at once. Only this answer has `key`.",
    access: { member: "keys:manage" },
    fresh: "10m",
    changes: { "api_key.rotated": "fresh_password" },
    request: { params: OrganizationKeyParams, body: body(ApiKeyRotation) },
    responses: { 200: json(NewApiKey, "The key, with its new secret") },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const key = await rotateApiKey(c.var, c.req.valid("param").id, c.req.valid("json"));
    return c.json(NewApiKey.parse(key), 200);
  },
);
