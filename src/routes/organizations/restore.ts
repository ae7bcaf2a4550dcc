import { endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { Organization, OrganizationParams } from "../../schemas/organizations.ts";
import { bringBackOrganization } from "../../services/organizations.ts";

export const restoreOrganization = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/restore",
    operationId: "restoreOrganization",
    tags: ["organizations"],
    summary: "Restore a deleted organization",
    description: "Only its owner can, until it is purged. One that is not deleted is returned unchanged.",
    access: "user",
    versioned: true,
    request: { params: OrganizationParams },
    responses: { 200: json(Organization, "The organization") },
    errors: ["not_found", "organization_name_taken"],
  },
  async (c) => {
    const { organization_id: id } = c.req.valid("param");
    const organization = await bringBackOrganization(c.var, id);
    setETag(c, organization.etag, organization.variant);
    return c.json(Organization.parse(organization), 200);
  },
);
