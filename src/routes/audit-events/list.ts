import { listAuditEvents } from "../../crud/audit-events.ts";
import { endpoint, json, problems } from "../../endpoint.ts";
import { AuditEventPage, AuditEventQuery } from "../../schemas/audit-events.ts";
import { startOfPage, toPage } from "../../services/pages.ts";
import { linkNext } from "../links.ts";

export const listAuditEventsPage = endpoint(
  {
    method: "get",
    path: "/audit-events",
    operationId: "listAuditEventsPage",
    tags: ["audit"],
    summary: "List what happened to accounts",
    description: "Newest first, a page at a time; of one user, of one kind, of one span of time.",
    access: "admin",
    request: { query: AuditEventQuery },
    responses: { 200: json(AuditEventPage, "A page of events; `Link` has the next"), ...problems("invalid_cursor") },
  },
  async (c) => {
    const { limit, cursor, user_id: userId, kind, after: since, before: until } = c.req.valid("query");
    const list = { key: c.var.keys.cursor, scope: `audit events ${JSON.stringify([userId, kind, since, until])}` };
    const after = await startOfPage(list, cursor);
    const filter = { userId, kind, since, until, after, limit: limit + 1 };
    const page = await toPage(list, await c.var.run(listAuditEvents(c.var.db, filter)), limit);
    linkNext(c, page.next_cursor);
    return c.json(AuditEventPage.parse(page), 200);
  },
);
