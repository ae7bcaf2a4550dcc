import { Users } from "../../crud/users.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { UserPage, UserQuery } from "../../schemas/users.ts";

export const listUsers = endpoint(
  {
    method: "get",
    path: "/users",
    operationId: "listUsers",
    tags: ["users"],
    summary: "List users",
    description: "Newest first, a page at a time.",
    access: "admin",
    paged: true,
    request: { query: UserQuery },
    responses: { 200: json(UserPage, "A page of users") },
  },
  async (c) => {
    const { db, run, page } = c.var;
    const query = c.req.valid("query");
    const users = await page(query, (at) => run(Users.list(db, query.q, at)));
    return c.json(UserPage.parse(users), 200);
  },
);
