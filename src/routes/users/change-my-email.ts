import { body, endpoint } from "../../endpoint/endpoint.ts";
import { EmailChange } from "../../schemas/auth.ts";
import { requestEmailChange } from "../../services/email.ts";

export const changeMyEmail = endpoint(
  {
    method: "post",
    path: "/users/me/email",
    operationId: "changeMyEmail",
    tags: ["users"],
    summary: "Change your e-mail address",
    description:
      "Mails a link to the new address and notifies the old one, which stays in use until the new one is confirmed.",
    access: "user",
    rate: "sign_in",
    // The current password is checked in between.
    roundTrips: 2,
    changes: { "email.change_requested": "password" },
    request: { body: body(EmailChange) },
    responses: { 202: { description: "A mail will follow" } },
    errors: ["wrong_password", "too_many_attempts", "busy"],
  },
  async (c) => {
    await requestEmailChange(c.var, c.req.valid("json"));
    return c.body(null, 202);
  },
);
