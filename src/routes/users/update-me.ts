import { body, endpoint, json, problems } from "../../endpoint.ts";
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
    responses: {
      200: json(User, "You, changed"),
      ...problems("forbidden", "email_taken", "username_taken", "last_admin"),
    },
  },
  async (c) => c.json(User.parse(await changeUser(c.var, c.var.user.id, c.req.valid("json"))), 200),
);
