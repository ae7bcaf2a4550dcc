import { body, endpoint } from "../../endpoint/endpoint.ts";
import { PasswordForgot } from "../../schemas/auth.ts";
import { requestPasswordReset } from "../../services/recovery.ts";

export const forgotPassword = endpoint(
  {
    method: "post",
    path: "/auth/password/forgot",
    operationId: "forgotPassword",
    tags: ["auth"],
    summary: "Ask for a new password",
    description:
      "Mails a link, at most once a minute. The answer is the same, and takes equally long, whether or not the account exists.",
    access: "public",
    rate: "sign_up",
    request: { body: body(PasswordForgot) },
    responses: { 202: { description: "A mail will follow if the account exists" } },
  },
  async (c) => {
    await requestPasswordReset(c.var, c.req.valid("json").email);
    return c.body(null, 202);
  },
);
