import { findUser } from "../../crud/users.ts";
import { endpoint, json } from "../../endpoint.ts";
import { User } from "../../schemas/users.ts";

export const readMe = endpoint(
  {
    method: "get",
    path: "/users/me",
    operationId: "readMe",
    tags: ["users"],
    summary: "Get yourself",
    description: "The account that the access token belongs to.",
    access: "user",
    responses: { 200: json(User, "You") },
  },
  async (c) => {
    const { id } = c.var.user;
    const [user] = await c.var.run(findUser(c.var.db, id, id));
    return c.json(User.parse(user), 200);
  },
);
