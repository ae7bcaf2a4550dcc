import { body, endpoint } from "../../endpoint/endpoint.ts";
import { PasswordProof } from "../../schemas/auth.ts";
import { provePassword } from "../../services/recovery.ts";

export const confirmPassword = endpoint(
  {
    method: "post",
    path: "/auth/password/confirm",
    operationId: "confirmPassword",
    tags: ["auth"],
    summary: "Prove your password again",
    description:
      "Takes your current password. Endpoints that answer `insufficient_user_authentication` then accept this session for a while; signing in is a proof, too.",
    access: "user",
    rate: "sign_in",
    // The current password is checked in between.
    roundTrips: 2,
    request: { body: body(PasswordProof) },
    responses: { 204: { description: "Proved" } },
    errors: ["wrong_password", "too_many_attempts", "busy"],
  },
  async (c) => {
    await provePassword(c.var, c.req.valid("json"));
    return c.body(null, 204);
  },
);
