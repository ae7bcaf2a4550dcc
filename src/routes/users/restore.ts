import { endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { User } from "../../schemas/users.ts";
import { restoreAsAdmin } from "../../services/administration.ts";

export const restoreUser = endpoint(
  {
    method: "post",
    path: "/users/{id}/restore",
    operationId: "restoreUser",
    tags: ["users"],
    summary: "Restore a deleted user",
    description:
      "Possible during the grace period after a deletion, whoever deleted the account. The old sessions and API keys stay ended, and a deactivated user stays deactivated. A user who is not deleted is returned unchanged. 409 if another user has taken the e-mail address or the username in the meantime.",
    access: "admin",
    versioned: true,
    changes: { "account.restored": "admin" },
    request: { params: IdParams },
    responses: { 200: json(User, "The restored user") },
    errors: ["not_found", "email_taken", "username_taken"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const user = await restoreAsAdmin(c.var, id);
    setETag(c, user.etag);
    return c.json(User.parse(user), 200);
  },
);
