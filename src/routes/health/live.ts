import { endpoint, json } from "../../endpoint/endpoint.ts";
import { Health } from "../../schemas/health.ts";

export const health = endpoint(
  {
    method: "get",
    path: "/health",
    operationId: "health",
    tags: ["operations"],
    summary: "Is the Worker alive?",
    description: "Answers without settings and without the database.",
    access: "public",
    atRoot: true,
    withoutSettings: true,
    roundTrips: 0,
    responses: { 200: json(Health, "It is") },
  },
  (c) => c.json(Health.parse({ status: "ok" }), 200),
);
