import { body, endpoint } from "../../endpoint/endpoint.ts";
import { EmailVerify } from "../../schemas/auth.ts";
import { confirmMailbox } from "../../services/email.ts";

export const verifyEmail = endpoint(
  {
    method: "post",
    path: "/auth/email/verify",
    operationId: "verifyEmail",
    tags: ["auth"],
    summary: "Verify an e-mail address",
    description:
      "Takes the token of the link that was mailed at sign-up. It works once, within 24 hours. Following the link again in that time is no error.",
    access: "public",
    carries: "mailed_token",
    request: { body: body(EmailVerify) },
    responses: { 204: { description: "Verified" } },
    errors: ["invalid_one_time_token"],
  },
  async (c) => {
    await confirmMailbox(c.var, c.req.valid("json").token);
    return c.body(null, 204);
  },
);
