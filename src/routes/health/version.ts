import { lastMigration } from "../../crud/migrations.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { Version } from "../../schemas/health.ts";

export const version = endpoint(
  {
    method: "get",
    path: "/version",
    operationId: "version",
    tags: ["operations"],
    summary: "Tell what is deployed",
    description: "The commit, the uploaded version and the schema of the Worker that answers.",
    access: "public",
    atRoot: true,
    roundTrips: 0,
    responses: { 200: json(Version, "What is deployed") },
  },
  (c) => {
    const { VERSION, CF_VERSION_METADATA: uploaded } = c.var.settings;
    const answer = {
      version: VERSION,
      // An upload has no tag unless wrangler was told one, and then says so by an empty text.
      commit: uploaded?.tag || null,
      build: uploaded?.id || null,
      uploaded_at: uploaded?.timestamp ? new Date(uploaded.timestamp).toISOString() : null,
      schema: lastMigration,
    };
    return c.json(Version.parse(answer), 200);
  },
);
