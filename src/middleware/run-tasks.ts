import type { MiddlewareHandler } from "hono";
import { runner } from "../context/run.ts";
import type { AppEnv, Enqueued, Variables } from "../context/types.ts";
import { Tasks } from "../crud/tasks.ts";
import { describeError } from "../log.ts";
import { mailTask } from "../values.ts";

/**
 * Has the tasks and mails of a request follow its answer, so that the client waits for none. A failed request takes its
 * tasks back, unless it is idempotent: a repetition answers with the rows that are kept.
 */
export const runTasksAfter: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { enqueued, outbox, facts, log } = c.var;
  const hasFailed = c.error !== undefined || c.res.status >= 400;
  const isUndone = c.error !== undefined && c.var.audit.recorded.length === 0;
  const isKept = !hasFailed || c.var.once !== undefined;
  const mails = isUndone ? [] : outbox.map((id): Enqueued => ({ id, name: mailTask, delay: 0 }));
  const woken = isKept ? [...enqueued, ...mails] : mails;
  const follow = async () => {
    if (!isKept && enqueued.length > 0) await withdraw(c.var);
    if (woken.length > 0) await c.var.wake(c.env, c.var, woken);
  };
  if (enqueued.length + woken.length === 0) return;
  if (woken.length > 0) facts.task_ids = woken.map(({ id }) => id);
  c.executionCtx.waitUntil(
    follow().catch((error) => log({ level: "error", message: "tasks", cause: describeError(error) })),
  );
};

async function withdraw({ connect, settings, enqueued, log, requestId, policy }: Variables): Promise<void> {
  const db = connect(settings, { count: 0, milliseconds: 0 });
  const ids = enqueued.map(({ id }) => id);
  const { rows } = await runner(db)(Tasks.withdraw(db, ids));
  // A crash before this point would have left the tasks. A `when` of `later` keeps them from being enqueued at all.
  const reason = "the request failed after it had enqueued tasks";
  log({
    level: "error",
    message: "tasks",
    reason,
    request_id: requestId,
    operation_id: policy?.operationId,
    withdrawn: rows.length,
  });
}
