import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { User, UserUpdate } from "../../schemas/users.ts";
import { changeUser } from "../../services/users.ts";

export const updateUser = endpoint(
  {
    method: "patch",
    path: "/users/{id}",
    operationId: "updateUser",
    tags: ["users"],
    summary: "Change a user",
    description:
      "Your own account; admins may change any, and only they may set `role`, `is_active`, and the `email` of somebody else. A new address is unverified until its owner confirms it, and for three days it gets no link to set a password. A deleted user can be deactivated or demoted before they are restored.",
    access: "user",
    fresh: "10m",
    versioned: true,
    changes: {
      "username.changed": "access_token",
      "email.changed": "admin",
      "account.role_changed": "admin",
      "account.activated": "admin",
      "account.deactivated": "admin",
    },
    request: { params: IdParams, body: body(UserUpdate) },
    responses: { 200: json(User, "The changed user") },
    errors: ["forbidden", "not_found", "email_taken", "username_taken", "last_admin"],
  },
  async (c) => {
    const user = await changeUser(c.var, c.req.valid("param").id, c.req.valid("json"));
    setETag(c, user.etag);
    return c.json(User.parse(user), 200);
  },
);
