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
    summary: "Change yourself",
    description:
      "Fields that the body does not name keep their values. `email`, `role` and `is_active` are an admin's to set: `POST /users/me/email` changes your own address.",
    access: "user",
    request: { body: body(UserUpdate) },
    parameters: [ifMatch],
    responses: { 200: json(User, "You, changed", "ETag") },
    errors: ["forbidden", "email_taken", "username_taken", "last_admin", ...preconditions],
  },
  async (c) => {
    const versions = expectedVersions(c.req.header("If-Match"), c.var.settings);
    const user = await changeUser(c.var, c.var.user.id, c.req.valid("json"), versions);
    setETag(c, user.version);
    return c.json(User.parse(user), 200);
  },
);
