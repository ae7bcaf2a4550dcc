import { z } from "@hono/zod-openapi";
import { Id, Timestamp } from "./common.ts";
import { pageOf } from "./pages.ts";
import { NewPassword } from "./passwords.ts";
import { Email, wellFormed } from "./text.ts";

/** The session to end: that of this token, of the cookie, or of the access token. */
export const Logout = z
  .strictObject({
    refresh_token: z
      .string()
      .max(1_000)
      .optional()
      .openapi({ description: "From the last answer with tokens", example: "" }),
    client_id: z.string().max(1_000).optional().openapi({ description: "Not needed", example: "" }),
  })
  .openapi("Logout");

/** The public halves of our signing keys (RFC 7517). */
export const KeySet = z
  .object({
    keys: z.array(
      z.object({
        kty: z.enum(["OKP", "EC"]),
        crv: z.enum(["Ed25519", "P-256"]),
        x: z.string(),
        y: z.string().optional(),
        kid: z.string(),
        use: z.literal("sig"),
        alg: z.enum(["EdDSA", "ES256"]),
      }),
    ),
  })
  .openapi("KeySet");

/** A live sign-in of the caller. */
export const Session = z
  .object({
    id: Id,
    is_current: z.boolean().openapi({ description: "True for the session of the request's access token" }),
    user_agent: z.string().nullable(),
    network: z.string().nullable(),
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
  })
  .openapi("Session");
export const SessionPage = pageOf(Session).openapi("SessionPage");

export const MailedToken = z
  .string()
  .min(1)
  .max(200)
  .openapi({ description: "From the mailed link", example: "rvn1dxHNDhKyh9BRsPWDIxUTZGZ1Gyfv-JZhzPMmeps" });
const CurrentPassword = z
  .string()
  .max(512)
  .check(wellFormed)
  .openapi({ format: "password", example: "correct horse battery" });

export const AccountDeletion = z.strictObject({ current_password: CurrentPassword }).openapi("AccountDeletion");
export const PasswordProof = z.strictObject({ current_password: CurrentPassword }).openapi("PasswordProof");
export const EmailVerify = z.strictObject({ token: MailedToken }).openapi("EmailVerify");
export const EmailConfirm = z.strictObject({ token: MailedToken }).openapi("EmailConfirm");
export const EmailResend = z.strictObject({ email: Email }).openapi("EmailResend");
export const EmailChange = z.strictObject({ email: Email, current_password: CurrentPassword }).openapi("EmailChange");
export const PasswordForgot = z.strictObject({ email: Email }).openapi("PasswordForgot");
export const PasswordReset = z
  .strictObject({
    token: MailedToken,
    password: NewPassword,
    keep_api_keys: z.boolean().optional().openapi({
      description: "True to let the API keys work on, which takes an address that was verified before",
      example: false,
    }),
  })
  .openapi("PasswordReset");
export type PasswordReset = z.output<typeof PasswordReset>;
export const PasswordChange = z
  .strictObject({ current_password: CurrentPassword, password: NewPassword })
  .openapi("PasswordChange");
