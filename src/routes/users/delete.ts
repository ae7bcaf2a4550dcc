import { deleteUser } from "../../crud/users.ts";
import { endpoint, problems } from "../../endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts";

export const removeUser = endpoint(
  {
    method: "delete",
    path: "/users/{id}",
    operationId: "removeUser",
    tags: ["users"],
    summary: "Delete a user",
    description: "Yourself, or anybody for an admin.",
    access: "user",
    request: { params: IdParams },
    responses: { 204: { description: "Deleted" }, ...problems("not_found", "last_admin") },
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [user] = await c.var.run(deleteUser(c.var.db, id, c.var.user.id));
    if (!user) notFound();
    return c.body(null, 204);
  },
);
