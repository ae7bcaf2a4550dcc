import { body, endpoint } from "../../endpoint/endpoint.ts";
import { PasswordReset } from "../../schemas/auth.ts";
import { confirmPasswordReset } from "../../services/recovery.ts";

export const resetPassword = endpoint(
  {
    method: "post",
    path: "/auth/password/reset",
    operationId: "resetPassword",
    tags: ["auth"],
    summary: "Set a new password with a mailed link",
    description:
      "The token works once, within one hour. Using it ends every session of the account and its API keys, unless they are kept, and verifies its e-mail address.",
    access: "public",
    carries: "mailed_token",
    // The token is looked at before a password is hashed, and used after.
    roundTrips: 2,
    changes: { "password.reset": "mailed_link" },
    request: { body: body(PasswordReset) },
    responses: { 204: { description: "Set" } },
    errors: ["invalid_one_time_token", "busy"],
  },
  async (c) => {
    await confirmPasswordReset(c.var, c.req.valid("json"));
    return c.body(null, 204);
  },
);
