import { Users } from "../../crud/users.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { answersNotModified } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { User } from "../../schemas/users.ts";

export const readUser = endpoint(
  {
    method: "get",
    path: "/users/{id}",
    operationId: "readUser",
    tags: ["users"],
    summary: "Get a user",
    description: "Your own account; admins may get any.",
    access: "user",
    versioned: true,
    request: { params: IdParams },
    responses: { 200: json(User, "The user") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [user] = await c.var.run(Users.find(c.var.db, id, c.var.user));
    if (!user) notFound();
    if (answersNotModified(c, user.etag)) return c.body(null, 304);
    return c.json(User.parse(user), 200);
  },
);
