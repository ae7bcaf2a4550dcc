import { endpoint } from "../../endpoint/endpoint.ts";
import { headers } from "../../http/headers.ts";

export const home = endpoint(
  {
    method: "get",
    path: "/",
    operationId: "home",
    tags: ["operations"],
    summary: "Go to the documentation",
    description: "Redirects to the documentation page.",
    access: "public",
    uncounted: true,
    atRoot: true,
    roundTrips: 0,
    offBy: "DOCS",
    // Links to the site may carry parameters of the site that shared them.
    anyQuery: true,
    responses: { 302: { description: "The documentation is at `Location`", headers: headers("Location") } },
  },
  (c) => c.redirect("/api/v1/docs", 302),
);
