import type { z } from "zod";
import type { UserEnv } from "../context/types.ts";
import { requireAdmin } from "../crud/guards.ts";
import { Tasks } from "../crud/tasks.ts";
import { ApiError, notFound } from "../errors.ts";
import { maxRetried, type TasksRetry } from "../schemas/tasks.ts";
import { type AuditContext, auditEvent } from "./audit.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user" | "enqueued">;

/**
 * Lets a task begin anew, right after the answer, and ends the rest of tasks of its name. Throws `not_found`,
 * `task_ended`, `task_waiting`.
 */
export async function beginAnew(context: Context, id: string) {
  const { db, run, user, enqueued } = context;
  const event = auditEvent(context, "task.retried", null, { task_id: id });
  const [, [task]] = await run(
    Tasks.retry(db, id, event),
    Tasks.changed(db, id, event),
    Tasks.endRestOf(db, id, event),
    requireAdmin(db, user),
  );
  if (!task) notFound();
  if (!task.is_changed) throw new ApiError("task_ended", { detail: `A task that is ${task.state} cannot be retried.` });
  enqueued.push({ id, name: task.name, delay: 0 });
  return task;
}

/** Lets all tasks of a name begin anew, right after the answer or when the alarm rings. Answers how many. */
export async function beginAllAnew(context: Context, filter: z.output<typeof TasksRetry>) {
  const { db, run, user, enqueued } = context;
  const { name, state = "dead", error } = filter;
  const event = auditEvent(context, "task.retried", null, { task_name: name });
  const retrying = Tasks.retryAll(db, { name, state, error }, maxRetried, event);
  const [, { rows }] = await run(Tasks.endRest(db, name), retrying, requireAdmin(db, user));
  const [{ retried, some } = { retried: 0, some: [] }] = rows;
  for (const id of some) enqueued.push({ id, name, delay: 0 });
  return { retried, is_complete: retried < maxRetried };
}

/** Cancels a task: a running attempt can no longer complete it. Throws `not_found`, `task_ended`. */
export async function callOff(context: Context, id: string) {
  const { db, run, user } = context;
  const event = auditEvent(context, "task.cancelled", null, { task_id: id });
  const [, [task]] = await run(Tasks.cancel(db, id, event), Tasks.changed(db, id, event), requireAdmin(db, user));
  if (!task) notFound();
  if (!task.is_changed)
    throw new ApiError("task_ended", { detail: `A task that is ${task.state} cannot be cancelled.` });
  return task;
}
