import { AuditEvents } from "../../crud/audit-events.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { linkNext } from "../../http/link.ts";
import { MyAuditEventPage } from "../../schemas/audit-events.ts";
import { PageQuery } from "../../schemas/pages.ts";
import { asSeenByOwner } from "../../services/audit-events.ts";
import { pageRequest, scopeOf, toPage } from "../../services/pages.ts";

export const listMyAuditEvents = endpoint(
  {
    method: "get",
    path: "/users/me/audit-events",
    operationId: "listMyAuditEvents",
    tags: ["audit"],
    summary: "List your account's audit events",
    description: "Newest first, a page at a time. For actions by others, the network is omitted.",
    access: "user",
    request: { query: PageQuery },
    responses: { 200: json(MyAuditEventPage, "A page of events", "Link") },
    errors: ["invalid_cursor"],
  },
  async (c) => {
    const query = c.req.valid("query");
    const { id: userId } = c.var.user;
    const list = { key: c.var.keys.cursor, scope: scopeOf(`audit events of ${userId}`, query) };
    const rows = await c.var.run(AuditEvents.list(c.var.db, { userId }, await pageRequest(list, query)));
    const page = await toPage(list, rows, query.limit);
    linkNext(c, page.next_cursor);
    return c.json(MyAuditEventPage.parse({ ...page, items: page.items.map(asSeenByOwner) }), 200);
  },
);
