import { body, endpoint } from "../../endpoint/endpoint.ts";
import { PasswordChange } from "../../schemas/auth.ts";
import { changePassword } from "../../services/recovery.ts";

export const changeMyPassword = endpoint(
  {
    method: "put",
    path: "/users/me/password",
    operationId: "changeMyPassword",
    tags: ["users"],
    summary: "Change your password",
    description: "Ends all your other sessions; this one stays.",
    access: "user",
    rate: "sign_in",
    // The current password is checked in between.
    roundTrips: 2,
    changes: { "password.changed": "password" },
    request: { body: body(PasswordChange) },
    responses: { 204: { description: "Changed" } },
    errors: ["wrong_password", "too_many_attempts", "busy"],
  },
  async (c) => {
    await changePassword(c.var, c.req.valid("json"));
    return c.body(null, 204);
  },
);
