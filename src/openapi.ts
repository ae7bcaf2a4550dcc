import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./context.ts";
import type { Settings } from "./settings.ts";

/** The OpenAPI 3.1 document of an app. Costly: made once for each app and isolate. */
export function describeApi(app: OpenAPIHono<AppEnv>, settings: Settings): object {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: settings.PROJECT_NAME,
      version: settings.VERSION,
      description:
        "Errors are `application/problem+json` (RFC 9457) with a stable `code`. Lists are pages: follow `next_cursor`.",
    },
    tags: [
      { name: "auth", description: "Signing in" },
      { name: "users", description: "Accounts" },
      { name: "audit", description: "What happened to accounts" },
      { name: "items", description: "What users own" },
      { name: "operations", description: "Health and documentation" },
    ],
  });
  // An endpoint that takes one of several media types cannot say so itself: see `formOrJson`.
  for (const operation of Object.values(document.paths ?? {}).flatMap((path) => Object.values(path))) {
    if (operation.requestBody) operation.requestBody.required = true;
  }
  document.components = {
    ...document.components,
    securitySchemes: {
      password: { type: "oauth2", flows: { password: { tokenUrl: "/api/v1/auth/login", scopes: {} } } },
      bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    },
  };
  return document;
}
