import { AuditEvents } from "../../crud/audit-events.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { OrganizationAuditEventPage } from "../../schemas/audit-events.ts";
import { OrganizationParams } from "../../schemas/organizations.ts";

export const listOrganizationAuditEvents = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/audit-events",
    operationId: "listOrganizationAuditEvents",
    tags: ["organizations"],
    summary: "List the audit events of an organization",
    description: "Newest first, a page at a time.",
    access: { member: "audit:read" },
    paged: true,
    request: { params: OrganizationParams },
    responses: { 200: json(OrganizationAuditEventPage, "A page of events") },
  },
  async (c) => {
    const { db, run, page, member } = c.var;
    const filter = { organizationId: member.organizationId };
    const events = await page(c.req.valid("query"), (at) => run(AuditEvents.list(db, filter, at)));
    return c.json(OrganizationAuditEventPage.parse(events), 200);
  },
);
