import { z } from "@hono/zod-openapi";
import { retriableStates, taskStates } from "../values.ts";
import { Id, Timestamp } from "./common.ts";
import { pageOf } from "./pages.ts";
import { Moment } from "./parameters.ts";
import { text } from "./text.ts";

const State = z.enum(taskStates).openapi("TaskState");

/** A task, for admins. */
export const TaskSummary = z
  .object({
    id: Id,
    name: z.string().openapi({ example: "orders/send-receipt" }),
    key: z.string().nullable().openapi({ description: "Only one task of a name waits under a key" }),
    state: State,
    attempt: z.int().openapi({ description: "The attempts so far, including a running one" }),
    run_at: Timestamp.nullable().openapi({
      description: "The time of its next attempt; while it runs, the end of its lease; null once it has ended",
    }),
    error: z.string().nullable().openapi({ description: "The reason why its last attempt failed" }),
    request_id: z.string().nullable().openapi({ description: "The request that caused it" }),
    created_at: Timestamp,
    finished_at: Timestamp.nullable(),
  })
  .openapi("TaskSummary");
export const TaskPage = pageOf(TaskSummary).openapi("TaskPage");

/** A task with its input. */
export const TaskDetails = TaskSummary.extend({
  input: z
    .unknown()
    .openapi({ description: "As it was enqueued", example: { id: "019abc12-3456-7def-8abc-1234567890ab" } }),
}).openapi("Task");

export const TaskParams = z.object({ task_id: Id });

export const TaskQuery = z.object({
  name: text({ max: 200 }).optional(),
  state: State.optional(),
  after: Moment.optional().openapi({ description: "Enqueued at this time or later" }),
  before: Moment.optional().openapi({ description: "Enqueued before this time" }),
});

/** The most tasks that one call retries. */
export const maxRetried = 10_000;

export const TasksRetry = z
  .strictObject({
    name: text({ max: 200 }).openapi({ example: "mails/send" }),
    state: z.enum(retriableStates).optional().openapi({ description: "`dead` if it is left out" }),
    error: text({ max: 500 }).optional().openapi({
      description: "Only tasks whose last attempt failed for this reason",
      example: "api.resend.com answered 401",
    }),
  })
  .openapi("TasksRetry");

export const TasksRetried = z
  .object({
    retried: z.int(),
    is_complete: z.boolean().openapi({ description: `False if there may be more: a call retries ${maxRetried} tasks` }),
  })
  .openapi("TasksRetried");
