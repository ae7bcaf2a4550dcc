import { z } from "@hono/zod-openapi";
import { includes } from "./parameters.ts";
import { text, wellFormed } from "./text.ts";
import { User } from "./users.ts";

/** Sent by OAuth2 clients by themselves, and unchecked: every client is public (RFC 6749, section 2.1). */
const fromClients = {
  scope: z.string().max(1_000).optional().openapi({ description: "Ignored: `api` is always granted", example: "" }),
  client_id: z.string().max(1_000).optional().openapi({ description: "Not needed", example: "" }),
  client_secret: z.string().max(1_000).optional().openapi({ description: "Not needed", example: "" }),
};

/** RFC 6749, section 4.3.2. */
export const Login = z
  .strictObject({
    grant_type: z.literal("password").optional().openapi({ example: "password" }),
    username: z
      .string()
      .trim()
      .pipe(text({ min: 1, max: 254 }))
      .openapi({ minLength: 1, maxLength: 254, description: "Username or e-mail address", example: "ada" }),
    password: z.string().max(512).check(wellFormed).openapi({ format: "password", example: "correct horse battery" }),
    token_delivery: z.enum(["body", "cookie"]).optional().openapi({
      description: "The way of the refresh token: `cookie` keeps it out of reach of the page's scripts",
      example: "body",
    }),
    ...fromClients,
  })
  .openapi("Login");
export type Login = z.output<typeof Login>;

/** RFC 6749, section 6. Without `refresh_token`, the one in the cookie is used. */
export const Refresh = z
  .strictObject({
    grant_type: z.literal("refresh_token").optional().openapi({ example: "refresh_token" }),
    refresh_token: z
      .string()
      .max(1_000)
      .optional()
      .openapi({ description: "From the last answer with tokens", example: "" }),
    ...fromClients,
  })
  .openapi("Refresh");
export type Refresh = z.output<typeof Refresh>;

/** RFC 7009, section 2.1. */
export const Revocation = z
  .strictObject({
    token: z.string().max(4_096).openapi({ description: "An access token or a refresh token", example: "…" }),
    token_type_hint: z.string().max(100).optional().openapi({ description: "Not needed", example: "refresh_token" }),
    client_id: fromClients.client_id,
    client_secret: fromClients.client_secret,
  })
  .openapi("Revocation");

/** An empty object, because some clients can read nothing but JSON. */
export const Revoked = z.strictObject({}).openapi("Revoked");

export const LoginForm = formOf(Login);
export const RefreshForm = formOf(Refresh);
export const RevocationForm = formOf(Revocation);

/** The parameters of both grants, for the one token endpoint (RFC 6749, section 3.2). */
const { grant_type: _password, username, password, ...optional } = Login.shape;
const parameters = z.object({
  grant_type: z
    .string()
    .optional()
    .openapi({ enum: ["password", "refresh_token"], example: "password" }),
  username: username.optional(),
  password: password.optional(),
  ...optional,
  refresh_token: Refresh.shape.refresh_token,
});
export const TokenForm = formOf(parameters)
  .pipe(
    z.discriminatedUnion("grant_type", [
      Login.strip(),
      Refresh.strip().extend({ grant_type: z.literal("refresh_token") }),
    ]),
  )
  .openapi("TokenForm");

export const TokenQuery = z.object({ include: includes("user") });
export type TokenQuery = z.output<typeof TokenQuery>;

/** RFC 6749, section 5.1. */
export const Token = z
  .object({
    access_token: z.string(),
    token_type: z.literal("bearer"),
    expires_in: z.int().openapi({ description: "Seconds", example: 900 }),
    refresh_token: z.string().optional().openapi({ description: "Absent if it is in the cookie" }),
    scope: z
      .literal("api")
      .optional()
      .openapi({ description: "All that its user may do; present if a scope was requested" }),
    user: User.optional().openapi({ description: "The account; present with `include=user`" }),
  })
  .openapi("Token");
export type Token = z.output<typeof Token>;

/** The tokens of a session that was resumed, with its account. */
export const Resumed = Token.extend({ user: User }).openapi("Resumed");

/** RFC 8414. */
export const ServerMetadata = z
  .object({
    issuer: z.string().openapi({ example: "https://api.example.com" }),
    token_endpoint: z.string(),
    revocation_endpoint: z.string(),
    jwks_uri: z.string(),
    grant_types_supported: z.array(z.string()),
    response_types_supported: z.array(z.string()),
    scopes_supported: z.array(z.string()),
    token_endpoint_auth_methods_supported: z.array(z.string()),
    revocation_endpoint_auth_methods_supported: z.array(z.string()),
  })
  .openapi("ServerMetadata");

/** Makes a form of OAuth2, which ignores empty and unknown parameters (RFC 6749, section 3.2). */
function formOf<Shape extends z.ZodRawShape>(json: z.ZodObject<Shape>) {
  return z.preprocess((sent: z.input<typeof json>) => withoutEmpty(sent), json.strip());
}

function withoutEmpty(sent: unknown): unknown {
  if (typeof sent !== "object" || sent === null) return sent;
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== ""));
}
