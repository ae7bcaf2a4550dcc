import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { Organization, OrganizationCreate } from "../../schemas/organizations.ts";
import { foundOrganization } from "../../services/organizations.ts";

export const createOrganization = endpoint(
  {
    method: "post",
    path: "/organizations",
    operationId: "createOrganization",
    tags: ["organizations"],
    summary: "Found an organization",
    description: "You become its owner. Its name and its slug are unique regardless of letter case.",
    access: "user",
    idempotent: true,
    versioned: true,
    request: { body: body(OrganizationCreate) },
    responses: { 201: json(Organization, "The new organization", "Location") },
    errors: ["organization_name_taken", "slug_taken", "quota_exceeded"],
  },
  async (c) => {
    const organization = await foundOrganization(c.var, c.req.valid("json"));
    setETag(c, organization.etag, organization.variant);
    c.header("Location", `/api/v1/organizations/${organization.id}`);
    return c.json(Organization.parse(organization), 201);
  },
);
