import { endpoint, json } from "../../endpoint/endpoint.ts";
import { Invitation, InvitationParams } from "../../schemas/invitations.ts";
import { inviteAgain } from "../../services/invitations.ts";

export const resendInvitation = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/invitations/{invitation_id}/resend",
    operationId: "resendInvitation",
    tags: ["organizations"],
    summary: "Send an invitation again",
    description: "Mails a new link, which replaces the old one and works for seven days.",
    access: { member: "members:manage" },
    fresh: "10m",
    request: { params: InvitationParams },
    responses: { 200: json(Invitation, "The invitation") },
    errors: ["forbidden", "email_not_verified"],
  },
  async (c) => {
    const { invitation_id: id } = c.req.valid("param");
    return c.json(Invitation.parse(await inviteAgain(c.var, id)), 200);
  },
);
