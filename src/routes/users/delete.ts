import { endpoint } from "../../endpoint/endpoint.ts";
import { expectedVersions, ifMatch, preconditions } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { deleteAsAdmin } from "../../services/administration.ts";

export const removeUser = endpoint(
  {
    method: "delete",
    path: "/users/{id}",
    operationId: "removeUser",
    tags: ["users"],
    summary: "Delete a user",
    description:
      "Any account but your own, for which there is `POST /users/me/deletion`. During the grace period an admin can undo it; the user cannot.",
    access: "admin",
    changes: { "account.deleted": "admin" },
    request: { params: IdParams },
    parameters: [ifMatch],
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found", "last_admin", ...preconditions],
  },
  async (c) => {
    await deleteAsAdmin(c.var, c.req.valid("param").id, expectedVersions(c.req.header("If-Match"), c.var.settings));
    return c.body(null, 204);
  },
);
