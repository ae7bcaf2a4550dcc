import type { MiddlewareHandler } from "hono";
import { runner } from "../context/run.ts";
import type { AppEnv, Variables } from "../context/types.ts";
import { Tasks } from "../crud/tasks.ts";
import { describeError } from "../log.ts";
import { wake } from "../task/wake.ts";

/**
 * Has the tasks of a request run after its answer. A request that failed after it enqueued some takes them back, unless
 * it is idempotent: a repetition then answers with the rows that are kept, to which the tasks belong.
 */
export const runTasksAfter: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { enqueued, log } = c.var;
  if (enqueued.length === 0) return;
  const hasFailed = c.error !== undefined || c.res.status >= 400;
  const work = hasFailed && c.var.once === undefined ? withdraw(c.var) : wake(c.env, c.var, enqueued);
  c.executionCtx.waitUntil(
    work.catch((error) => log({ level: "error", message: "tasks", cause: describeError(error) })),
  );
};

async function withdraw({ connect, settings, enqueued, log, requestId, policy }: Variables): Promise<void> {
  const db = connect(settings, { count: 0, milliseconds: 0 });
  const ids = enqueued.map(({ id }) => id);
  const { rows } = await runner(db)(Tasks.withdraw(db, ids));
  // A crash in between would have left them: `when` of `later` makes it impossible.
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
