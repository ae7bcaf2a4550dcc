import { AuditEvents } from "../../crud/audit-events.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { linkNext } from "../../http/link.ts";
import { AuditEventPage, AuditEventQuery } from "../../schemas/audit-events.ts";
import { pageRequest, scopeOf, toPage } from "../../services/pages.ts";

export const listAuditEvents = endpoint(
  {
    method: "get",
    path: "/audit-events",
    operationId: "listAuditEvents",
    tags: ["audit"],
    summary: "List audit events",
    description: "Newest first, a page at a time, filtered by user, kind or time.",
    access: "admin",
    request: { query: AuditEventQuery },
    responses: { 200: json(AuditEventPage, "A page of events", "Link") },
    errors: ["invalid_cursor"],
  },
  async (c) => {
    const query = c.req.valid("query");
    const { user_id: userId, kind, after: since, before: until } = query;
    const list = { key: c.var.keys.cursor, scope: scopeOf("audit events", query) };
    const events = AuditEvents.list(c.var.db, { userId, kind, since, until }, await pageRequest(list, query));
    const page = await toPage(list, await c.var.run(events), query.limit);
    linkNext(c, page.next_cursor);
    return c.json(AuditEventPage.parse(page), 200);
  },
);
