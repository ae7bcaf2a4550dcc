import { AuditEvents } from "../../crud/audit-events.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { AuditEventPage, AuditEventQuery } from "../../schemas/audit-events.ts";

export const listAuditEvents = endpoint(
  {
    method: "get",
    path: "/audit-events",
    operationId: "listAuditEvents",
    tags: ["audit"],
    summary: "List audit events",
    description: "Newest first, a page at a time, filtered by user, kind or time.",
    access: "admin",
    paged: true,
    request: { query: AuditEventQuery },
    responses: { 200: json(AuditEventPage, "A page of events") },
  },
  async (c) => {
    const { db, run, page } = c.var;
    const query = c.req.valid("query");
    const { user_id: userId, kind, after: since, before: until } = query;
    const events = await page(query, (at) => run(AuditEvents.list(db, { userId, kind, since, until }, at)));
    return c.json(AuditEventPage.parse(events), 200);
  },
);
