import { OrganizationMembers } from "../../crud/organization-members.ts";
import { Organizations } from "../../crud/organizations.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { OrganizationParams } from "../../schemas/organizations.ts";
import { auditEvent } from "../../services/audit.ts";

export const leaveOrganization = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/leave",
    operationId: "leaveOrganization",
    tags: ["organizations"],
    summary: "Leave an organization",
    description: "Its owner cannot: transfer or delete it first.",
    access: { member: "member" },
    request: { params: OrganizationParams },
    responses: { 204: { description: "You are no longer a member" } },
    errors: ["owner_required"],
  },
  async (c) => {
    const { db, run, member, user } = c.var;
    const event = auditEvent(c.var, "member.left", user.id, {});
    const [, { rows }] = await run(Organizations.hold(db, member), OrganizationMembers.leave(db, member, event));
    if (rows.length === 0) notFound();
    return c.body(null, 204);
  },
);
