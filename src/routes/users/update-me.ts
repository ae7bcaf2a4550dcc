import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { User, UserUpdate } from "../../schemas/users.ts";
import { changeUser } from "../../services/users.ts";

export const updateMe = endpoint(
  {
    method: "patch",
    path: "/users/me",
    operationId: "updateMe",
    tags: ["users"],
    summary: "Change your account",
    description:
      "Fields that are left out keep their values. Only admins may set `role` and `is_active`, also to step down themselves. Change your own `email` with `POST /users/me/email`.",
    access: "user",
    versioned: true,
    changes: {
      "username.changed": "access_token",
      "account.role_changed": "admin",
      "account.deactivated": "admin",
    },
    request: { body: body(UserUpdate) },
    responses: { 200: json(User, "Your changed account") },
    errors: ["forbidden", "username_taken", "last_admin"],
  },
  async (c) => {
    const user = await changeUser(c.var, c.var.user.id, c.req.valid("json"));
    setETag(c, user.etag);
    return c.json(User.parse(user), 200);
  },
);
