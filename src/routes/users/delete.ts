import { endpoint } from "../../endpoint/endpoint.ts";
import { IdParams } from "../../schemas/common.ts";
import { deleteAsAdmin } from "../../services/administration.ts";

export const deleteUser = endpoint(
  {
    method: "delete",
    path: "/users/{id}",
    operationId: "deleteUser",
    tags: ["users"],
    summary: "Delete a user",
    description:
      "Deletes any account but your own, for which there is `POST /users/me/deletion`. During the grace period an admin can undo it; the deleted user cannot.",
    access: "admin",
    fresh: "10m",
    versioned: true,
    changes: { "account.deleted": "admin" },
    request: { params: IdParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found", "last_admin", "owner_required"],
  },
  async (c) => {
    await deleteAsAdmin(c.var, c.req.valid("param").id);
    return c.body(null, 204);
  },
);
