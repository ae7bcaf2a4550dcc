import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { Organization, OrganizationParams, OrganizationUpdate } from "../../schemas/organizations.ts";
import { changeOrganization } from "../../services/organizations.ts";

export const updateOrganization = endpoint(
  {
    method: "patch",
    path: "/organizations/{organization_id}",
    operationId: "updateOrganization",
    tags: ["organizations"],
    summary: "Change an organization",
    description: "For 90 days, nobody else can take a slug that was given up.",
    access: { member: "organization:update" },
    versioned: true,
    request: { params: OrganizationParams, body: body(OrganizationUpdate) },
    responses: { 200: json(Organization, "The changed organization") },
    errors: ["organization_name_taken", "slug_taken"],
  },
  async (c) => {
    const organization = await changeOrganization(c.var, c.req.valid("json"));
    setETag(c, organization.etag, organization.variant);
    return c.json(Organization.parse(organization), 200);
  },
);
