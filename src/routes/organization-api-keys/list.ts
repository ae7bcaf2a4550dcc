import { ApiKeys } from "../../crud/api-keys.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiKeyPage, OrganizationKeysParams } from "../../schemas/api-keys.ts";
import { ownerOfKeys } from "../../services/api-keys.ts";

export const listOrganizationApiKeys = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/api-keys",
    operationId: "listOrganizationApiKeys",
    tags: ["keys"],
    summary: "List the keys of an organization",
    description: "Newest first, without their secrets. Expired keys are listed, revoked ones are not.",
    access: { member: "keys:manage" },
    paged: true,
    request: { params: OrganizationKeysParams },
    responses: { 200: json(ApiKeyPage, "A page of its keys") },
  },
  async (c) => {
    const { db, run, page } = c.var;
    const keys = await page(c.req.valid("query"), (at) => run(ApiKeys.list(db, ownerOfKeys(c.var), at)));
    return c.json(ApiKeyPage.parse(keys), 200);
  },
);
