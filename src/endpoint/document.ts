import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../context/types.ts";
import { securitySchemeOf } from "../middleware/signature.ts";
import type { Settings } from "../settings.ts";
import { shareComponents } from "./components.ts";
import type { Endpoint } from "./endpoint.ts";
import { undocumented } from "./undocumented.ts";

/** The Markdown that the documentation page shows before its first endpoint. */
const introduction = `Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`. Lists are pages: follow
\`next_cursor\`. \`RateLimit-Policy\`, on every answer that is counted, states how often the endpoint's class may be called;
beyond that, the answer is 429 with \`Retry-After\`. Press *Authorize* to try everything here, or sign in by hand:

\`\`\`sh
curl $api/auth/login -d username=ada --data-urlencode 'password=…'      # access_token and refresh_token
curl $api/users/me -H "Authorization: Bearer $access_token"
curl $api/auth/refresh -d refresh_token=$refresh_token                   # the next two
curl -X POST $api/auth/logout -H "Authorization: Bearer $access_token"
\`\`\`

\`\`\`
POST /users ──► mail ──► POST /auth/email/verify              sign up
POST /auth/login ──► access token, for expires_in seconds ──► any endpoint
        └──────────► refresh token ──► POST /auth/refresh ──► the next two; an old one ends the session
POST /auth/password/forgot ──► mail ──► POST /auth/password/reset      every session ends
POST /users/me/email ──► mail to the new address ──► POST /auth/email/confirm
POST /users/me/deletion ──► a time of grace ──► POST /auth/restore, or gone
\`\`\``;

/** The settings that the document shows. */
export type Shown = Pick<Settings, "PROJECT_NAME" | "VERSION" | "FRONTEND_URL">;

/** The part of the document that the settings decide. */
export function infoOf({ PROJECT_NAME, VERSION, FRONTEND_URL }: Shown) {
  return {
    title: PROJECT_NAME,
    version: VERSION,
    description: introduction,
    contact: { name: PROJECT_NAME, ...(FRONTEND_URL !== undefined && { url: FRONTEND_URL }) },
    // Repeats the license of package.json.
    license: { name: "MIT", url: "https://spdx.org/licenses/MIT" },
  };
}

/**
 * The OpenAPI 3.1 document of an app of these endpoints. Expensive: make it once per app and isolate. Throws the error of
 * {@link undocumented} where a schema has no form in it.
 */
export function describeApi(app: OpenAPIHono<AppEnv>, endpoints: readonly Endpoint[], settings: Shown): object {
  const document = generated(app, endpoints, {
    openapi: "3.1.0",
    info: infoOf(settings),
    // Relative to the document's own address, whatever host that is.
    servers: [{ url: "/" }],
    tags: [
      { name: "auth", description: "Sign-in and sessions" },
      { name: "users", description: "Accounts" },
      { name: "keys", description: "API keys, for programs" },
      { name: "organizations", description: "Teams, their members, roles and invitations" },
      { name: "audit", description: "Audit events of accounts" },
      { name: "tasks", description: "Work after the answer" },
      { name: "items", description: "Users' items" },
      { name: "operations", description: "Health and documentation" },
    ],
  });
  // An endpoint that takes several media types cannot declare its body as required: see `formOrJson`.
  for (const operation of Object.values(document.paths ?? {}).flatMap((path) => Object.values(path))) {
    if (operation.requestBody) operation.requestBody.required ??= true;
  }
  shareComponents(document, endpoints);
  const tokenUrl = "/api/v1/auth/login";
  document.components = {
    ...document.components,
    securitySchemes: {
      password: { type: "oauth2", flows: { password: { tokenUrl, refreshUrl: tokenUrl, scopes: {} } } },
      bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
      apiKey: {
        ...{ type: "http", scheme: "bearer", bearerFormat: "plk_<environment>_<id>_<secret>" },
        description: "An API key with the permission that the endpoint names. `POST /api-keys` makes one.",
      },
      ...Object.assign({}, ...endpoints.map(({ contract: { signed } }) => signed && securitySchemeOf(signed))),
    },
  };
  return document;
}

/** The document as the library makes it of the routes. */
function generated(app: OpenAPIHono<AppEnv>, endpoints: readonly Endpoint[], head: Head) {
  try {
    return app.getOpenAPI31Document(head);
  } catch (error) {
    throw undocumented(endpoints, error);
  }
}
type Head = Parameters<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>[0];
