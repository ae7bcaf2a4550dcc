import { z } from "@hono/zod-openapi";
import { Timestamp } from "./common.ts";

const Depth = z
  .object({
    name: z.string().openapi({ example: "mails/send" }),
    waiting: z.int().openapi({ description: "For their time, or to be claimed" }),
    due: z.int().openapi({ description: "Those of them whose time has come" }),
    running: z.int(),
    dead: z.int().openapi({ description: "After their last attempt: each needs a person" }),
    oldest_due_seconds: z
      .int()
      .nullable()
      .openapi({ description: "The seconds for which the first due one has waited" }),
  })
  .openapi("TaskDepth");

const Table = z
  .object({
    name: z.string().openapi({ example: "audit_events" }),
    estimated_rows: z.int().openapi({ description: "As PostgreSQL's planner knows it" }),
    bytes: z.int().openapi({ description: "On disk, with its indexes" }),
  })
  .openapi("TableSize");

/** The numbers that an alert needs. */
export const MetricsShown = z
  .object({
    read_at: Timestamp,
    tasks: z.array(Depth).openapi({ description: "Names without a task in one of these states are left out" }),
    is_complete: z.boolean().openapi({ description: "False if some were not counted: 10,000 of each state are" }),
    late_schedules: z.array(z.string()).openapi({ description: "Tasks with `every` whose time passed unnoticed" }),
    tables: z.array(Table).openapi({ description: "The largest first" }),
  })
  .openapi("Metrics");
