import { Sessions } from "../../crud/sessions.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { linkNext } from "../../http/link.ts";
import { SessionPage } from "../../schemas/auth.ts";
import { PageQuery } from "../../schemas/pages.ts";
import { pageRequest, scopeOf, toPage } from "../../services/pages.ts";

export const listSessions = endpoint(
  {
    method: "get",
    path: "/auth/sessions",
    operationId: "listSessions",
    tags: ["auth"],
    summary: "List your sessions",
    description: "Everywhere you are signed in, newest first.",
    access: "user",
    request: { query: PageQuery },
    responses: { 200: json(SessionPage, "A page of your sessions", "Link") },
    errors: ["invalid_cursor"],
  },
  async (c) => {
    const query = c.req.valid("query");
    const { id: userId, sessionId } = c.var.user;
    const list = { key: c.var.keys.cursor, scope: scopeOf(`sessions of ${userId}`, query) };
    const rows = await c.var.run(Sessions.list(c.var.db, userId, await pageRequest(list, query)));
    const page = await toPage(list, rows, query.limit);
    linkNext(c, page.next_cursor);
    const items = page.items.map((session) => ({ ...session, is_current: session.id === sessionId }));
    return c.json(SessionPage.parse({ ...page, items }), 200);
  },
);
