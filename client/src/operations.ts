/** Made from openapi.json by `npm run client`: edit nothing here. */

/** Operations that honour an `Idempotency-Key`. */
export const keyedOperations: ReadonlySet<string> = new Set([
  "POST /api/v1/organizations",
  "POST /api/v1/items",
  "POST /api/v1/items/batch",
]);

/** The method and URL, behind the origin, of a request for an operation that needs no sign-in. */
export const openOperations = new RegExp(
  `^(?:${[
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/restore",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/resume",
    "POST /api/v1/auth/revoke",
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/email/verify",
    "POST /api/v1/auth/email/verify/resend",
    "POST /api/v1/auth/email/confirm",
    "POST /api/v1/auth/password/forgot",
    "POST /api/v1/auth/password/reset",
    "POST /api/v1/users",
    "POST /api/v1/invitations/decline",
    "GET /api/v1/public/items",
    "GET /api/v1/public/items/[^/?]+",
    "GET /\\.well-known/jwks\\.json",
    "GET /\\.well-known/oauth-authorization-server",
    "GET /health",
    "GET /health/ready",
    "GET /version",
    "GET /",
    "GET /api/v1/openapi\\.json",
    "GET /api/v1/docs",
  ].join("|")})(?:\\?|$)`,
);
