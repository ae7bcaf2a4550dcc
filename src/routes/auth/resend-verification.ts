import { body, endpoint } from "../../endpoint/endpoint.ts";
import { EmailResend } from "../../schemas/auth.ts";
import { requestVerification } from "../../services/email.ts";

export const resendVerification = endpoint(
  {
    method: "post",
    path: "/auth/email/verify/resend",
    operationId: "resendVerification",
    tags: ["auth"],
    summary: "Mail a new verification link",
    description:
      "Replaces the previous link, at most once a minute. The answer is the same whether or not the account exists.",
    access: "public",
    rate: "sign_up",
    request: { body: body(EmailResend) },
    responses: { 202: { description: "A mail will follow if the address needs to be verified" } },
  },
  async (c) => {
    await requestVerification(c.var, c.req.valid("json").email);
    return c.body(null, 202);
  },
);
