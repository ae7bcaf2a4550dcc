import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { Invitation, InvitationCreate } from "../../schemas/invitations.ts";
import { OrganizationParams } from "../../schemas/organizations.ts";
import { invite } from "../../services/invitations.ts";

export const createInvitation = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/invitations",
    operationId: "createInvitation",
    tags: ["organizations"],
    summary: "Invite somebody",
    description:
      "Mails a link that works for seven days and makes the owner of this address a member, whether or not they have an account yet. The role may have no permission that you lack.",
    access: { member: "members:manage" },
    fresh: "10m",
    request: { params: OrganizationParams, body: body(InvitationCreate) },
    responses: { 201: json(Invitation, "The invitation, whose link is in the mail alone") },
    errors: ["forbidden", "already_member", "invitation_open", "invalid_reference", "email_not_verified"],
  },
  async (c) => {
    return c.json(Invitation.parse(await invite(c.var, c.req.valid("json"))), 201);
  },
);
