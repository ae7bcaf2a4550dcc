import { Invitations } from "../../crud/invitations.ts";
import { Organizations } from "../../crud/organizations.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { InvitationParams } from "../../schemas/invitations.ts";
import { auditEvent } from "../../services/audit.ts";

export const revokeInvitation = endpoint(
  {
    method: "delete",
    path: "/organizations/{organization_id}/invitations/{invitation_id}",
    operationId: "revokeInvitation",
    tags: ["organizations"],
    summary: "Withdraw an invitation",
    description: "Its link stops working. 404 if it was answered before.",
    access: { member: "members:manage" },
    request: { params: InvitationParams },
    responses: { 204: { description: "Withdrawn" } },
  },
  async (c) => {
    const { invitation_id: id } = c.req.valid("param");
    const { db, run, member } = c.var;
    const event = auditEvent(c.var, "invitation.revoked", null, { invitation_id: id });
    const [, { rows }] = await run(Organizations.hold(db, member), Invitations.revoke(db, member, id, event));
    if (rows.length === 0) notFound();
    return c.body(null, 204);
  },
);
