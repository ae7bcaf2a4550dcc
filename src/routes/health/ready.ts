import { DatabaseRole } from "../../crud/database-role.ts";
import { Metrics } from "../../crud/metrics.ts";
import { Migrations, ownMigrations } from "../../crud/migrations.ts";
import { ReadOnly } from "../../crud/read-only.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { ApiError } from "../../errors.ts";
import { GuardedError } from "../../log.ts";
import { Readiness } from "../../schemas/health.ts";
import { isRelaxed } from "../../settings.ts";
import { expectedSlots } from "../../task/every.ts";
import type { Task } from "../../task/task.ts";

/** The late schedules that the log of this isolate has named, by the tasks of their app. */
const named = new WeakMap<readonly Task[], string>();

/** False for what the probe before this one has said, or if none is late. */
function isNews(tasks: readonly Task[], late: readonly string[]): boolean {
  const names = late.toSorted().join();
  const isSame = named.get(tasks) === names;
  named.set(tasks, names);
  return late.length > 0 && !isSame;
}

export const ready = endpoint(
  {
    method: "get",
    path: "/health/ready",
    operationId: "ready",
    tags: ["operations"],
    summary: "Check readiness",
    description:
      "Ready if the settings are valid, the database answers and takes writes, every migration of this version is applied, and no unknown one precedes them. Migrations of a newer version are fine. `tasks` is `late` if a schedule is overdue by a quarter of an hour: requests are served all the same.",
    access: "public",
    atRoot: true,
    roundTrips: 2,
    responses: { 200: json(Readiness, "Ready") },
    errors: ["not_ready", "database_unavailable", "misconfigured"],
  },
  async (c) => {
    const { db, log, now, run, settings, tasks } = c.var;
    const [{ rows }, readOnly, role] = await run(
      Migrations.compare(db, [...ownMigrations.keys()]),
      ReadOnly.reasons(db),
      isRelaxed(settings.ENVIRONMENT) ? undefined : DatabaseRole.powers(db),
    );
    if (rows.length > 0) {
      const migrations = rows.map(
        ({ fault, created_at }) => `${fault}: ${ownMigrations.get(Number(created_at)) ?? created_at}`,
      );
      throw new ApiError("not_ready", { cause: new GuardedError({ migrations }) });
    }
    // The cause that each change would have.
    if (readOnly.rows.length > 0)
      throw new ApiError("database_unavailable", { cause: new GuardedError({ sqlstate: "25006" }) });
    if (role && role.rows.length > 0) {
      // Only a backstop is missing: the queries name their owner, and the Worker goes on.
      log({ level: "warn", message: "database role", faults: role.rows.map(({ power }) => power) });
    }
    // Not before, since a missing migration may be the one that makes its table.
    const late = await run(Metrics.lateSchedules(db, expectedSlots(tasks, now())));
    const names = late.rows.map(({ name }) => name);
    if (isNews(tasks, names)) {
      log({ level: "error", message: "tasks", reason: "nobody has looked at the schedules", names });
    }
    return c.json(Readiness.parse({ status: "ok", tasks: names.length > 0 ? "late" : "on_time" }), 200);
  },
);
