import { endpoint } from "../../endpoint/endpoint.ts";
import { expectedVersions, ifMatch, preconditions } from "../../http/etag.ts";
import { removeAccount } from "../../services/administration.ts";

export const removeMe = endpoint(
  {
    method: "delete",
    path: "/users/me",
    operationId: "removeMe",
    tags: ["users"],
    summary: "Delete your account",
    description:
      "Every token of the account stops working, and its e-mail address and username become free. During the grace period `POST /auth/restore` undoes the deletion; after it, the data is purged.",
    access: "user",
    parameters: [ifMatch],
    responses: { 204: { description: "Deleted" } },
    errors: ["last_admin", ...preconditions],
  },
  async (c) => {
    await removeAccount(c.var, c.var.user.id, expectedVersions(c.req.header("If-Match"), c.var.settings));
    return c.body(null, 204);
  },
);
