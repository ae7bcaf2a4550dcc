import { listUsers } from "../../crud/users.ts";
import { endpoint, json, problems } from "../../endpoint.ts";
import { UserPage, UserQuery } from "../../schemas/users.ts";
import { startOfPage, toPage } from "../../services/pages.ts";
import { linkNext } from "../links.ts";

export const listUsersPage = endpoint(
  {
    method: "get",
    path: "/users",
    operationId: "listUsersPage",
    tags: ["users"],
    summary: "List users",
    description: "Newest first, a page at a time.",
    access: "admin",
    request: { query: UserQuery },
    responses: { 200: json(UserPage, "A page of users; `Link` has the next"), ...problems("invalid_cursor") },
  },
  async (c) => {
    const { limit, cursor, q } = c.req.valid("query");
    const list = { key: c.var.keys.cursor, scope: JSON.stringify(["users", q ?? null]) };
    const after = await startOfPage(list, cursor);
    const rows = await c.var.run(listUsers(c.var.db, { q, after, limit: limit + 1 }));
    const page = await toPage(list, rows, limit);
    linkNext(c, page.next_cursor);
    return c.json(UserPage.parse(page), 200);
  },
);
