import { Organizations } from "../../crud/organizations.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { answersNotModified } from "../../http/etag.ts";
import { Organization, OrganizationParams } from "../../schemas/organizations.ts";

export const readOrganization = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}",
    operationId: "readOrganization",
    tags: ["organizations"],
    summary: "Get an organization",
    description: "With your role and your permissions in it.",
    access: { member: "member" },
    versioned: true,
    request: { params: OrganizationParams },
    responses: { 200: json(Organization, "The organization") },
  },
  async (c) => {
    const { db, run, member } = c.var;
    const [organization] = await run(Organizations.find(db, member));
    if (!organization) notFound();
    if (answersNotModified(c, organization.etag, organization.variant)) return c.body(null, 304);
    return c.json(Organization.parse(organization), 200);
  },
);
