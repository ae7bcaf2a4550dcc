import { html } from "hono/html";
import { endpoint } from "../../endpoint/endpoint.ts";

export const docs = endpoint(
  {
    method: "get",
    path: "/docs",
    operationId: "docs",
    tags: ["operations"],
    summary: "Read the documentation",
    description: "Swagger UI, whose Authorize button signs in. It loads nothing from other hosts.",
    access: "public",
    roundTrips: 0,
    offBy: "DOCS",
    // Links to the page may carry parameters of the site that shared them.
    anyQuery: true,
    responses: { 200: { description: "The page", content: { "text/html": { schema: { type: "string" } } } } },
  },
  (c) => {
    const nonce = crypto.randomUUID();
    c.header(
      "Content-Security-Policy",
      `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'`,
    );
    return c.html(page(c.var.settings.PROJECT_NAME, nonce));
  },
);

function page(title: string, nonce: string) {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="/docs-assets/favicon-32x32.png">
    <link rel="stylesheet" href="/docs-assets/swagger-ui.css">
    <style>
      .swagger-ui .dialog-ux .modal-ux-content { max-height: 85vh; }
      .swagger-ui .dialog-ux .modal-ux { top: 3vh; transform: translate(-50%, 0); }
    </style>
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs-assets/swagger-ui-bundle.js"></script>
    <script nonce="${nonce}">
      const signOut = (token, refreshToken) =>
        fetch("/api/v1/auth/logout", {
          method: "POST",
          headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" },
          body: JSON.stringify(refreshToken ? { refresh_token: refreshToken } : {}),
        });
      // Swagger's own Logout would forget the tokens and leave the session open.
      const logout = (forget, { authSelectors }) => (names) => {
        for (const name of names) {
          const scheme = authSelectors.authorized().toJS()[name] ?? {};
          const token = scheme.token?.access_token ?? scheme.value;
          if (token) signOut(token, scheme.token?.refresh_token);
        }
        return forget(names);
      };
      // Finds operations by their summary and id, too: by itself, Swagger UI searches groups and paths.
      const opsFilter = (groups, phrase) => {
        const words = phrase.toLowerCase().split(/\\s+/).filter(Boolean);
        const isFound = (one) => {
          const operation = one.get("operation");
          const texts = [one.get("method"), one.get("path"), operation.get("summary"), operation.get("operationId")];
          const text = texts.join(" ").toLowerCase();
          return words.every((word) => text.includes(word));
        };
        const narrowed = groups.map((group) => group.update("operations", (operations) => operations.filter(isFound)));
        return narrowed.filter((group) => !group.get("operations").isEmpty());
      };
      const dark = matchMedia("(prefers-color-scheme: dark)");
      const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
      dark.addEventListener("change", dress);
      dress();
      // Omits persistAuthorization, which would keep the password in localStorage.
      SwaggerUIBundle({
        url: "/api/v1/openapi.json",
        dom_id: "#docs",
        deepLinking: true,
        filter: true,
        displayRequestDuration: true,
        validatorUrl: null,
        plugins: [() => ({ fn: { opsFilter }, statePlugins: { auth: { wrapActions: { logout } } } })],
      });
    </script>
  </body>
</html>`;
}
