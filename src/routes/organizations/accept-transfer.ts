import { endpoint, json } from "../../endpoint/endpoint.ts";
import { Organization, OrganizationParams } from "../../schemas/organizations.ts";
import { acceptTransfer } from "../../services/organizations.ts";

export const acceptOrganization = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/transfer/accept",
    operationId: "acceptOrganization",
    tags: ["organizations"],
    summary: "Accept an organization that was offered to you",
    description: "You become its owner, and it counts among those that you may own. The former owner stays an admin.",
    access: { member: "member" },
    changes: { "organization.transferred": "access_token" },
    request: { params: OrganizationParams },
    responses: { 200: json(Organization, "The organization") },
    errors: ["quota_exceeded"],
  },
  async (c) => {
    return c.json(Organization.parse(await acceptTransfer(c.var)), 200);
  },
);
