import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { Organization, OrganizationParams, OrganizationTransfer } from "../../schemas/organizations.ts";
import { offerTo } from "../../services/organizations.ts";

export const offerOrganization = endpoint(
  {
    method: "put",
    path: "/organizations/{organization_id}/transfer",
    operationId: "offerOrganization",
    tags: ["organizations"],
    summary: "Offer an organization to another member",
    description: "The member becomes the owner by accepting; until then nothing changes.",
    access: { member: "organization:transfer" },
    fresh: "10m",
    changes: { "organization.transfer_offered": "fresh_password" },
    request: { params: OrganizationParams, body: body(OrganizationTransfer) },
    responses: { 200: json(Organization, "The organization") },
    errors: ["invalid_reference"],
  },
  async (c) => {
    const organization = await offerTo(c.var, c.req.valid("json").user_id);
    return c.json(Organization.parse(organization), 200);
  },
);
