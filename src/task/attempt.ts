import { runner } from "../context/run.ts";
import type { Enqueued, Tracer } from "../context/types.ts";
import { type Claimed, Tasks } from "../crud/tasks.ts";
import { ApiError } from "../errors.ts";
import { inTime } from "../in-time.ts";
import { describeError, logWith } from "../log.ts";
import { mailTask } from "../values.ts";
import { type Task, type TaskContext, TaskError } from "./task.ts";

/** The context that all attempts of a run share. */
export type Work = Omit<
  TaskContext,
  "run" | "step" | "requestId" | "signal" | "attempt" | "idempotencyKey" | "outbox"
> & {
  tasks: readonly Task[];
  enqueued: Enqueued[];
  tracer?: Tracer | undefined;
};

/** Runs one claimed task to its completion or its failure, which is recorded. Never throws. */
export async function attempt(work: Work, claimed: Claimed): Promise<void> {
  const { id, name, state, attempt, request_id } = claimed;
  const about = { task: name, task_id: id, request_id, attempt };
  const log = logWith(about, work.log);
  if (state === "dead") return log({ level: "error", message: "task", outcome: "dead", reason: claimed.error });
  const started = Date.now();
  const took = () => ({ duration_ms: Date.now() - started });
  const progress: Progress = { isDone: false, outbox: [] };
  try {
    const perform = () => performed({ ...work, log }, claimed, progress);
    const attributes = { "plinth.task_id": id, "plinth.attempt": claimed.attempt };
    const count = await (work.tracer ? work.tracer.within(`task ${name}`, attributes, perform) : perform());
    for (const mail of progress.outbox) work.enqueued.push({ id: mail, name: mailTask, delay: 0 });
    log({ level: "info", message: "task", outcome: "done", ...took(), ...(typeof count === "number" && { count }) });
  } catch (error) {
    const cause = describeError(error);
    if (progress.isDone) return log({ level: "error", message: "task", outcome: "done", ...took(), cause });
    const after = await failed(work, claimed, error).catch(() => undefined);
    const level = after?.state === "waiting" ? "warn" : "error";
    // Without an answer the claim was lost, or the database was, and the end of the lease settles it.
    const outcome = after?.state === "waiting" ? "failed" : (after?.state ?? "lost");
    log({ level, message: "task", outcome, ...took(), reason: reasonOf(error), cause });
  }
}

/** The progress of an attempt, and the mails that it wrote. */
type Progress = { isDone: boolean; outbox: string[] };

async function performed(work: Work, claimed: Claimed, progress: Progress): Promise<unknown> {
  const { db, tasks, enqueued } = work;
  const task = tasks.find(({ name }) => name === claimed.name);
  if (!task) throw new TaskError("This version does not know the task.");
  const { id, attempt, request_id: requestId } = claimed;
  const { outbox } = progress;
  const context = { tasks, enqueued, requestId, outbox, log: work.log };
  const run = runner(db, {
    ...context,
    once: async (statements, transact) => {
      if (progress.isDone) throw new Error(`The task ${task.name} calls run more than once: use step before it`);
      const [, ...results] = await transact([
        Tasks.complete(db, claimed),
        ...statements,
        ...(claimed.is_probe ? [Tasks.resume(db, claimed.name)] : []),
      ]).catch(async (error: unknown) => {
        // Only the answer may have been lost. Unasked, the failure finds no claim any more.
        progress.isDone = work.mayRepeat() && (await isCompleted(db, claimed));
        throw error;
      });
      progress.isDone = true;
      return results.slice(0, statements.length);
    },
  });
  const step = runner(db, {
    ...context,
    once: async (statements, transact) => (await transact([Tasks.hold(db, claimed), ...statements])).slice(1),
  });
  const answer = await withinTime(task.timeoutSeconds, (signal, secondsLeft) => {
    let told = 0;
    const mayGoOn = (calls = 0) => {
      // The run adds up those of all of its tasks.
      const further = Math.max(calls - told, 0);
      told += further;
      return work.mayGoOn(further) && secondsLeft() > task.timeoutSeconds / 5;
    };
    const own = { requestId: requestId ?? undefined, idempotencyKey: id };
    return task.perform({ ...work, ...own, run, step, mayGoOn, signal, attempt, outbox }, claimed.input);
  });
  if (!progress.isDone) await run();
  return answer;
}

async function isCompleted(db: Work["db"], claimed: Claimed): Promise<boolean> {
  return Tasks.completed(db, claimed).then(
    ({ rows }) => rows.length > 0,
    () => false,
  );
}

async function withinTime(
  seconds: number,
  work: (signal: AbortSignal, secondsLeft: () => number) => Promise<unknown>,
): Promise<unknown> {
  const controller = new AbortController();
  const end = Date.now() + seconds * 1_000;
  const late = () => {
    const error = new TaskError(`It took longer than ${seconds} seconds.`);
    controller.abort(error);
    return error;
  };
  return inTime(
    work(controller.signal, () => (end - Date.now()) / 1_000),
    seconds * 1_000,
    late,
  );
}

/** For so long, an outage of others costs a task no attempt. */
const patienceDays = 5;

/** Records the failure; answers the state of the task after it, if the claim still held. */
async function failed({ db, tasks, enqueued, mayRepeat }: Work, claimed: Claimed, error: unknown) {
  const { id, name } = claimed;
  const { attempts = 0, backoff } = tasks.find((task) => task.name === name) ?? {};
  const { hopeless = false, outage = false, retryIn } = error instanceof TaskError ? error : {};
  const isOutage = outage && Date.now() - Date.parse(claimed.created_at) < patienceDays * 24 * 60 * 60 * 1_000;
  const mayRetry = !hopeless && (isOutage || claimed.attempt < attempts) && backoff !== undefined;
  const failure = { error: reasonOf(error), isOutage, retry: mayRetry ? { ...backoff, retryIn } : undefined };
  const rest = outage ? Tasks.rest(db, name, retryIn) : undefined;
  // The second try sees a task that began to wait under the same key at that moment.
  const once = () => runner(db)(Tasks.fail(db, claimed, failure), rest);
  const [{ rows }] = await once().catch((cause: unknown) => (mayRepeat() ? once() : Promise.reject(cause)));
  const [after] = rows;
  if (after?.state === "waiting") enqueued.push({ id, name, delay: Math.max(1, after.seconds) });
  return after;
}

/** A reason without secrets: others' messages may hold some, and are in the log alone. */
function reasonOf(error: unknown): string {
  if (error instanceof TaskError) return error.message.slice(0, 500).toWellFormed().replaceAll("\0", "");
  if (error instanceof ApiError) return `It failed with ${error.code}.`;
  return `It failed with ${error instanceof Error && /^\w{1,50}$/.test(error.name) ? error.name : "an unknown error"}.`;
}
