import { body, endpoint } from "../../endpoint/endpoint.ts";
import { InvitationToken } from "../../schemas/invitations.ts";
import { declineByToken } from "../../services/invitations.ts";

export const declineInvitation = endpoint(
  {
    method: "post",
    path: "/invitations/decline",
    operationId: "declineInvitation",
    tags: ["organizations"],
    summary: "Decline an invitation",
    description: "Takes the token of the mailed link. You need no account.",
    access: "public",
    carries: "mailed_token",
    request: { body: body(InvitationToken) },
    responses: { 204: { description: "Declined" } },
    errors: ["invalid_one_time_token"],
  },
  async (c) => {
    await declineByToken(c.var, c.req.valid("json").token);
    return c.body(null, 204);
  },
);
