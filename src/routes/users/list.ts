import { Users } from "../../crud/users.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { linkNext } from "../../http/link.ts";
import { UserPage, UserQuery } from "../../schemas/users.ts";
import { pageRequest, scopeOf, toPage } from "../../services/pages.ts";

export const listUsers = endpoint(
  {
    method: "get",
    path: "/users",
    operationId: "listUsers",
    tags: ["users"],
    summary: "List users",
    description: "Newest first, a page at a time.",
    access: "admin",
    request: { query: UserQuery },
    responses: { 200: json(UserPage, "A page of users", "Link") },
    errors: ["invalid_cursor"],
  },
  async (c) => {
    const query = c.req.valid("query");
    const list = { key: c.var.keys.cursor, scope: scopeOf("users", query) };
    const rows = await c.var.run(Users.list(c.var.db, query.q, await pageRequest(list, query)));
    const page = await toPage(list, rows, query.limit);
    linkNext(c, page.next_cursor);
    return c.json(UserPage.parse(page), 200);
  },
);
