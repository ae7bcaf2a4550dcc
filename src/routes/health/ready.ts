import { DatabaseRole } from "../../crud/database-role.ts";
import { Migrations, ownMigrations } from "../../crud/migrations.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiError } from "../../errors.ts";
import { GuardedError } from "../../log.ts";
import { Health } from "../../schemas/health.ts";
import { isRelaxed } from "../../settings.ts";

export const ready = endpoint(
  {
    method: "get",
    path: "/health/ready",
    operationId: "ready",
    tags: ["operations"],
    summary: "Check readiness",
    description:
      "Ready if the settings are valid, the database answers, every migration of this version is applied, and no unknown one precedes them. Migrations of a newer version are fine.",
    access: "public",
    atRoot: true,
    responses: { 200: json(Health, "Ready") },
    errors: ["not_ready", "database_unavailable", "misconfigured"],
  },
  async (c) => {
    const { db, log, run, settings } = c.var;
    const [{ rows }, role] = await run(
      Migrations.compare(db, [...ownMigrations.keys()]),
      isRelaxed(settings.ENVIRONMENT) ? undefined : DatabaseRole.powers(db),
    );
    if (rows.length > 0) {
      const migrations = rows.map(
        ({ fault, created_at }) => `${fault}: ${ownMigrations.get(Number(created_at)) ?? created_at}`,
      );
      throw new ApiError("not_ready", { cause: new GuardedError({ migrations }) });
    }
    if (role && role.rows.length > 0) {
      // Only a backstop is missing: the queries name their owner, and the Worker goes on.
      log({ level: "warn", message: "database role", faults: role.rows.map(({ power }) => power) });
    }
    return c.json(Health.parse({ status: "ok" }), 200);
  },
);
