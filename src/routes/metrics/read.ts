import { Metrics } from "../../crud/metrics.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { MetricsShown } from "../../schemas/metrics.ts";
import { expectedSlots } from "../../task/every.ts";

export const readMetrics = endpoint(
  {
    method: "get",
    path: "/metrics",
    operationId: "readMetrics",
    tags: ["operations"],
    summary: "Read the figures for alerts",
    description:
      "The depth of each queue of tasks, schedules that are late, and the size of each table. Its cost is bounded, however long a queue is.",
    access: "admin",
    responses: { 200: json(MetricsShown, "The state of the Worker's background") },
  },
  async (c) => {
    const { db, run, tasks, now } = c.var;
    const {
      rows: [metrics],
    } = await run(Metrics.read(db, expectedSlots(tasks, now())));
    return c.json(MetricsShown.parse({ ...metrics, read_at: now().toISOString() }), 200);
  },
);
