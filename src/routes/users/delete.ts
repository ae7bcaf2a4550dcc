import { endpoint } from "../../endpoint/endpoint.ts";
import { expectedVersions, ifMatch, preconditions } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { removeAccount } from "../../services/administration.ts";

export const removeUser = endpoint(
  {
    method: "delete",
    path: "/users/{id}",
    operationId: "removeUser",
    tags: ["users"],
    summary: "Delete a user",
    description:
      "Your own account; admins may delete any. During the grace period the user can undo it with `POST /auth/restore`: to keep a user out, deactivate the account.",
    access: "user",
    request: { params: IdParams },
    parameters: [ifMatch],
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found", "last_admin", ...preconditions],
  },
  async (c) => {
    await removeAccount(c.var, c.req.valid("param").id, expectedVersions(c.req.header("If-Match"), c.var.settings));
    return c.body(null, 204);
  },
);
