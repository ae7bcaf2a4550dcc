import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { InvitationToken } from "../../schemas/invitations.ts";
import { Organization } from "../../schemas/organizations.ts";
import { joinByInvitation } from "../../services/invitations.ts";

export const acceptInvitation = endpoint(
  {
    method: "post",
    path: "/invitations/accept",
    operationId: "acceptInvitation",
    tags: ["organizations"],
    summary: "Accept an invitation",
    description:
      "Takes the token of the mailed link. The account must have the invited address, and have verified it. A member who follows the link again meets no error.",
    access: "user",
    request: { body: body(InvitationToken) },
    responses: { 200: json(Organization, "The organization, of which you are a member now") },
    errors: ["invalid_one_time_token", "quota_exceeded"],
  },
  async (c) => {
    return c.json(Organization.parse(await joinByInvitation(c.var, c.req.valid("json").token)), 200);
  },
);
