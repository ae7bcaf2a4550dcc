import { endpoint, json } from "../../endpoint/endpoint.ts";
import { Health } from "../../schemas/health.ts";

export const health = endpoint(
  {
    method: "get",
    path: "/health",
    operationId: "health",
    tags: ["operations"],
    summary: "Check liveness",
    description: "Needs neither settings nor the database.",
    access: "public",
    uncounted: true,
    quiet: true,
    atRoot: true,
    withoutSettings: true,
    roundTrips: 0,
    responses: { 200: json(Health, "Alive") },
  },
  (c) => c.json(Health.parse({ status: "ok" }), 200),
);
