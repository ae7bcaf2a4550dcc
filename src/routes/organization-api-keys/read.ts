import { ApiKeys } from "../../crud/api-keys.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { ApiKey, OrganizationKeyParams } from "../../schemas/api-keys.ts";
import { ownerOfKeys } from "../../services/api-keys.ts";

export const readOrganizationApiKey = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/api-keys/{id}",
    operationId: "readOrganizationApiKey",
    tags: ["keys"],
    summary: "Get a key of an organization",
    description: "One of its keys, without its secret.",
    access: { member: "keys:manage" },
    request: { params: OrganizationKeyParams },
    responses: { 200: json(ApiKey, "The key") },
    errors: ["not_found"],
  },
  async (c) => {
    const { db, run } = c.var;
    const [key] = await run(ApiKeys.find(db, c.req.valid("param").id, ownerOfKeys(c.var)));
    return c.json(ApiKey.parse(key ?? notFound()), 200);
  },
);
