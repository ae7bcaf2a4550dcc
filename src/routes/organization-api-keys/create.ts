import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiKeyCreate, NewApiKey, OrganizationKeysParams } from "../../schemas/api-keys.ts";
import { makeApiKey } from "../../services/api-keys.ts";

export const createOrganizationApiKey = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/api-keys",
    operationId: "createOrganizationApiKey",
    tags: ["keys"],
    summary: "Make a key of an organization",
    description:
      "The key acts for the organization, within permissions that you have yourself, and outlives your membership. Only this answer has `key`, so the call takes no `Idempotency-Key`: if the answer is lost, find the key by its name and revoke it.",
    access: { member: "keys:manage" },
    fresh: "10m",
    changes: { "api_key.created": "fresh_password" },
    request: { params: OrganizationKeysParams, body: body(ApiKeyCreate) },
    responses: { 201: json(NewApiKey, "The new key", "Location") },
    errors: ["name_taken", "quota_exceeded"],
  },
  async (c) => {
    const made = NewApiKey.parse(await makeApiKey(c.var, c.req.valid("json")));
    c.header("Location", `/api/v1/organizations/${c.var.member.organizationId}/api-keys/${made.id}`);
    return c.json(made, 201);
  },
);
