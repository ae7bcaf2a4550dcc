import { body, endpoint } from "../../endpoint/endpoint.ts";
import { EmailConfirm } from "../../schemas/auth.ts";
import { confirmEmailChange } from "../../services/email.ts";

export const confirmEmail = endpoint(
  {
    method: "post",
    path: "/auth/email/confirm",
    operationId: "confirmEmail",
    tags: ["auth"],
    summary: "Confirm a new e-mail address",
    description:
      "Takes the token of the link that was mailed to the new address, which then becomes the account's address. It works once, within 24 hours. Following the link again in that time is no error.",
    access: "public",
    carries: "mailed_token",
    changes: { "email.changed": "mailed_link" },
    request: { body: body(EmailConfirm) },
    responses: { 204: { description: "Changed" } },
    errors: ["invalid_one_time_token", "email_taken"],
  },
  async (c) => {
    await confirmEmailChange(c.var, c.req.valid("json").token);
    return c.body(null, 204);
  },
);
