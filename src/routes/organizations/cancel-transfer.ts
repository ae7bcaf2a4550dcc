import { Organizations } from "../../crud/organizations.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { OrganizationParams } from "../../schemas/organizations.ts";
import { auditEvent } from "../../services/audit.ts";

export const cancelOrganizationTransfer = endpoint(
  {
    method: "delete",
    path: "/organizations/{organization_id}/transfer",
    operationId: "cancelOrganizationTransfer",
    tags: ["organizations"],
    summary: "Take back an offer, or decline it",
    description: "The owner can do this, and so can the member to whom the organization was offered.",
    access: { member: "member" },
    request: { params: OrganizationParams },
    responses: { 204: { description: "There is no offer any more" } },
  },
  async (c) => {
    const { db, run, member } = c.var;
    const event = auditEvent(c.var, "organization.transfer_cancelled", null, {});
    const [, { rows }] = await run(Organizations.hold(db, member), Organizations.cancelOffer(db, member, event));
    if (rows.length === 0) notFound();
    return c.body(null, 204);
  },
);
