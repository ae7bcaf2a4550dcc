import { AuditEvents } from "../../crud/audit-events.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { MyAuditEventPage } from "../../schemas/audit-events.ts";
import { asSeenByOwner } from "../../services/audit-events.ts";

export const listMyAuditEvents = endpoint(
  {
    method: "get",
    path: "/users/me/audit-events",
    operationId: "listMyAuditEvents",
    tags: ["audit"],
    summary: "List your account's audit events",
    description: "Newest first, a page at a time. For actions by others, the network is omitted.",
    access: "user",
    paged: true,
    responses: { 200: json(MyAuditEventPage, "A page of events") },
  },
  async (c) => {
    const { db, run, page, user } = c.var;
    const events = await page(c.req.valid("query"), (at) => run(AuditEvents.list(db, { userId: user.id }, at)));
    return c.json(MyAuditEventPage.parse({ ...events, items: events.items.map(asSeenByOwner) }), 200);
  },
);
