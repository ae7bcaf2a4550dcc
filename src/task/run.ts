import { v7 as uuidv7 } from "uuid";
import { configurationOf } from "../context/bindings.ts";
import { importedKeys } from "../context/provide.ts";
import { runner } from "../context/run.ts";
import type { Deps, Enqueued } from "../context/types.ts";
import { type Claimed, type TaskKind, Tasks } from "../crud/tasks.ts";
import { describeError, unfailing } from "../log.ts";
import { type Bindings, SettingsError } from "../settings.ts";
import { attempt, type Work } from "./attempt.ts";

/** The connections that a Worker may have open at once, minus one. */
const parallel = 5;
/** Seconds for which a run begins new tasks: after an answer, the platform ends it after 30. */
const runSeconds = { sweep: 50, wake: 20 };
/** Seconds that a lease outlasts the timeout of its task, so that an attempt can record its failure. */
const spareSeconds = 30;

/**
 * Runs tasks until none is due, or time or subrequests run out: those of `ids` and the tasks that they enqueue, or all.
 * A run of all first enqueues those whose slot of `every` has come. Answers false if it could not work, which is logged.
 */
export async function runTasks(bindings: Bindings, deps: Deps, ids?: readonly string[]): Promise<boolean> {
  const log = unfailing(deps.log);
  const settings = configurationOf(bindings);
  const keys = settings instanceof SettingsError ? settings : await importedKeys(settings);
  if (settings instanceof SettingsError || keys instanceof SettingsError) {
    log({ level: "error", message: "tasks", code: "misconfigured", cause: describeError(keys) });
    return false;
  }
  const { now, transport, tasks } = deps;
  const trips = { count: 0, milliseconds: 0 };
  const db = deps.connect(settings, trips);
  const end = Date.now() + runSeconds[ids ? "wake" : "sweep"] * 1_000;
  const started = new Set<string>();
  // Each task that began may still call the outside world, complete and fail.
  const room = settings.SUBREQUESTS - 3 * parallel;
  const mayGoOn = (calls = 0) => Date.now() < end && trips.count + started.size + calls < room;
  const enqueued: Enqueued[] = [];
  const work: Work = { db, settings, keys, bindings, now, transport, log, tasks, mayGoOn, enqueued };
  try {
    if (!ids) await runner(db)(...enqueueSlots(work));
    await inLanes(work, started, ids);
    return true;
  } catch (error) {
    log({ level: "error", message: "tasks", cause: describeError(error) });
    return false;
  }
}

/** Keeps some tasks running at once, and claims the next ones as soon as one has ended. */
async function inLanes(work: Work, started: Set<string>, ids?: readonly string[]): Promise<void> {
  const running = new Set<Promise<void>>();
  const asked = new Set(ids);
  const claimMore = async () => {
    for (const { id, delay } of work.enqueued.splice(0)) if (ids && delay === 0) asked.add(id);
    if (!work.mayGoOn() || (ids && asked.size === 0)) return;
    const limit = parallel - running.size;
    const claims = await claim(work, limit, ids && [...asked].slice(0, 1_000));
    // Those that are not to be had are somebody else's by now, or for a later time.
    if (claims.length === 0) asked.clear();
    for (const claimed of claims) {
      started.add(claimed.id);
      asked.delete(claimed.id);
      const one = attempt(work, claimed).finally(() => running.delete(one));
      running.add(one);
    }
  };
  try {
    for (;;) {
      await claimMore();
      if (running.size === 0) return;
      await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
}

async function claim(work: Work, limit: number, ids?: readonly string[]): Promise<Claimed[]> {
  const { db, tasks } = work;
  const kinds = tasks.map(
    ({ name, attempts, concurrency, timeoutSeconds }): TaskKind => ({
      ...{ name, attempts, concurrency, lease: Math.ceil(timeoutSeconds) + spareSeconds },
    }),
  );
  const bounded = kinds.flatMap(({ name, concurrency }) => (concurrency === null ? [] : name));
  const statement = Tasks.claim(db, kinds, { limit, ...(ids && { ids }) });
  const lock = bounded.length > 0 ? Tasks.lock(db, bounded) : undefined;
  const [, { rows }] = await runner(db)(lock, statement);
  return rows;
}

function enqueueSlots({ db, tasks, now }: Work) {
  const slots = tasks.flatMap(({ name, slots }) => {
    const slot = slots?.(now())?.toISOString();
    return slot === undefined ? [] : { id: uuidv7(), name, slot };
  });
  return slots.length > 0 ? [Tasks.schedule(db, slots)] : [];
}
