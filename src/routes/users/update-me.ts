import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { expectedVersions, ifMatch, preconditions, setETag } from "../../http/etag.ts";
import { User, UserUpdate } from "../../schemas/users.ts";
import { changeUser } from "../../services/users.ts";

export const changeMe = endpoint(
  {
    method: "patch",
    path: "/users/me",
    operationId: "changeMe",
    tags: ["users"],
    summary: "Change your account",
    description:
      "Fields that are left out keep their values. Only admins may set `role` and `is_active`, and so step down. Your own `email` changes with `POST /users/me/email` alone.",
    access: "user",
    changes: {
      "username.changed": "access_token",
      "account.role_changed": "admin",
      "account.deactivated": "admin",
    },
    request: { body: body(UserUpdate) },
    parameters: [ifMatch],
    responses: { 200: json(User, "Your changed account", "ETag") },
    errors: ["forbidden", "email_taken", "username_taken", "last_admin", ...preconditions],
  },
  async (c) => {
    const versions = expectedVersions(c.req.header("If-Match"), c.var.settings);
    const user = await changeUser(c.var, c.var.user.id, c.req.valid("json"), versions);
    setETag(c, user.version);
    return c.json(User.parse(user), 200);
  },
);
