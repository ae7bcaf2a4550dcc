import { z } from "@hono/zod-openapi";
import { text } from "./text.ts";

/** RFC 6749, section 4.3.2. The client's own fields are there for clients that always send them; nothing reads them. */
export const Login = z
  .strictObject({
    grant_type: z.literal("password").optional(),
    username: text({ min: 1, max: 254 }).openapi({ description: "Username or e-mail address", example: "ada" }),
    password: z
      .string()
      .max(512)
      .refine((value) => value.isWellFormed(), "must be well-formed Unicode")
      .openapi({ format: "password", example: "correct horse battery" }),
    scope: z.string().max(1_000).optional(),
    client_id: z.string().max(1_000).optional(),
    client_secret: z.string().max(1_000).optional(),
  })
  .openapi("Login");
export type Login = z.output<typeof Login>;

/** RFC 6749, section 5.1. */
export const Token = z
  .object({
    access_token: z.string(),
    token_type: z.literal("bearer"),
    expires_in: z.int().openapi({ description: "Seconds", example: 1800 }),
  })
  .openapi("Token");
export type Token = z.output<typeof Token>;
