import journal from "../../../drizzle/meta/_journal.json" with { type: "json" };
import { findNewestMigration } from "../../crud/migrations.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiError } from "../../errors.ts";
import { Health } from "../../schemas/health.ts";

const newest = Math.max(...journal.entries.map((entry) => entry.when));

export const ready = endpoint(
  {
    method: "get",
    path: "/health/ready",
    operationId: "ready",
    tags: ["operations"],
    summary: "Can requests be served?",
    description: "Only with good settings, a database that answers, and every migration of this version applied.",
    access: "public",
    atRoot: true,
    responses: { 200: json(Health, "They can") },
    errors: ["not_ready", "database_unavailable", "misconfigured"],
  },
  async (c) => {
    const { rows } = await c.var.run(findNewestMigration(c.var.db));
    if (Number(rows[0]?.created_at ?? 0) < newest) throw new ApiError("not_ready");
    return c.json(Health.parse({ status: "ok" }), 200);
  },
);
