import { v7 as uuidv7 } from "uuid";
import { configurationOf } from "../context/bindings.ts";
import { importedKeys } from "../context/provide.ts";
import { reporting } from "../context/reporting.ts";
import { runner } from "../context/run.ts";
import type { Deps, Enqueued } from "../context/types.ts";
import { type Claimed, type TaskKind, Tasks } from "../crud/tasks.ts";
import { describeError, type Log, unfailing } from "../log.ts";
import { type Bindings, SettingsError } from "../settings.ts";
import { ringFor, ringForNext, ringWithin, type Span, spanOf, spans } from "./alarm.ts";
import { attempt, type Work } from "./attempt.ts";
import type { Task } from "./task.ts";

/** The connections that a Worker may have open at once, minus one. */
const parallel = 5;
/** Seconds that a lease outlasts the timeout of its task, so that an attempt can record its failure. */
const spareSeconds = 30;
/** Seconds until the next try of a run that could not work. */
const pauseSeconds = 60;

/** Seconds for which a run begins tasks, and after which the platform ends it. */
type Time = { begin: number; end: number };
/** Of an alarm, a cron trigger or a message: https://developers.cloudflare.com/workers/platform/limits/ */
const ofItsOwn: Time = { begin: 50, end: 900 };
export const afterAnswer: Time = { begin: 20, end: 30 };

type Options = {
  ids?: readonly string[];
  time?: Time;
  /** Leaves the tasks of the other alarm to that. */
  span?: Span;
  /** One that reports its errors already, as a request's does. */
  log?: Log;
  /** The round trips and calls of the request that this run follows: the platform counts the subrequests of both together. */
  spent?: number;
};

/**
 * Runs tasks until none is due, or time or subrequests run out: those of `ids` and what they enqueue, or all, with the
 * slots of `every` that have come. Then sets the alarm. Answers false if it could not work, which is logged.
 */
export async function runTasks(
  bindings: Bindings,
  deps: Deps,
  { ids, time = ofItsOwn, span, log: own, spent = 0 }: Options = {},
): Promise<boolean> {
  const settings = configurationOf(bindings);
  const reports: Promise<void>[] = [];
  const later = (report: Promise<void>) => void reports.push(report);
  const plain = own ?? unfailing(deps.log);
  const log = own || settings instanceof SettingsError ? plain : reporting(plain, { settings, now: deps.now, later });
  const keys = settings instanceof SettingsError ? settings : await importedKeys(settings);
  if (settings instanceof SettingsError || keys instanceof SettingsError) {
    log({ level: "error", message: "tasks", code: "misconfigured", cause: describeError(keys) });
    await Promise.all(reports);
    return false;
  }
  const { now, transport, tracer } = deps;
  const trips = { count: 0, milliseconds: 0, within: deps.tracer?.within };
  const db = deps.connect(settings, trips);
  const started = new Set<string>();
  const from = Date.now();
  const seconds = () => (Date.now() - from) / 1_000;
  // Each task that began may still read, call the outside world, complete and fail; then the alarms are set.
  const room = settings.SUBREQUESTS - spent - 4 * parallel - 3;
  // The repetitions, and the calls that handlers tell of.
  let others = 0;
  const hasRoom = () => trips.count + started.size + others < room;
  const mayGoOn = (further = 0) => {
    others += further;
    return seconds() < time.begin && hasRoom();
  };
  const mayRepeat = () => hasRoom() && ++others > 0;
  const able = deps.tasks.filter(({ canRun }) => canRun({ settings, transport }));
  const mine = span ? able.filter((task) => spanOf(task) === span) : able;
  const fitting = () => mine.filter(({ timeoutSeconds }) => seconds() + timeoutSeconds <= time.end);
  const enqueued: Enqueued[] = [];
  const work: Work = {
    db,
    settings,
    keys,
    bindings,
    now,
    transport,
    log,
    tasks: deps.tasks,
    mayGoOn,
    mayRepeat,
    enqueued,
    tracer,
  };
  const lanes: Lanes = { started, fitting, waits: [] };
  const ringAll = async (seconds: number) => {
    for (const one of span ? [span] : spans) await ringWithin(seconds, one, work);
  };
  try {
    if (!ids) await runner(db)(...enqueueSlots(work, mine));
    const isDone = await inLanes(work, lanes, ids);
    // An alarm that is set below, by its next task, needs no other call.
    const isSet = ({ name }: Enqueued) => !(ids && isDone) && mine.some((task) => task.name === name);
    await ringFor(
      lanes.waits.filter((one) => !isSet(one)),
      work,
    );
    const unable = deps.tasks.flatMap((task) => (able.includes(task) ? [] : task.name));
    if (!isDone) await ringAll(0);
    else if (!ids) await ringForNext(work, mine, unable);
    return true;
  } catch (error) {
    log({ level: "error", message: "tasks", cause: describeError(error) });
    await ringAll(pauseSeconds);
    return false;
  } finally {
    await Promise.all(reports);
  }
}

/** `waits`: the tasks that this run enqueued or that failed in it, and that it does not run. */
type Lanes = { started: Set<string>; fitting: () => readonly Task[]; waits: Enqueued[] };

/** Keeps some tasks running at once, and claims the next ones as soon as one has ended. Answers false if some may be left. */
async function inLanes(work: Work, { started, fitting, waits }: Lanes, ids?: readonly string[]): Promise<boolean> {
  const running = new Set<Promise<void>>();
  const asked = new Set(ids);
  let isDone = true;
  const claimMore = async () => {
    const tasks = fitting();
    for (const one of work.enqueued.splice(0)) {
      if (one.delay > 0 || !tasks.some(({ name }) => name === one.name)) waits.push(one);
      else if (ids) asked.add(one.id);
    }
    if (ids && asked.size === 0) return;
    isDone = work.mayGoOn() && !(ids && tasks.length === 0);
    if (!isDone || tasks.length === 0) return;
    const limit = parallel - running.size;
    const claims = await claim(work, tasks, limit, ids && [...asked].slice(0, 1_000));
    // Another Worker has the others by now, or they are due later: asking again would only cost round trips.
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
      if (running.size === 0) return isDone;
      await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
}

async function claim(work: Work, tasks: readonly Task[], limit: number, ids?: readonly string[]): Promise<Claimed[]> {
  const { db } = work;
  const kinds = tasks.map(
    ({ name, attempts, concurrency, timeoutSeconds }): TaskKind => ({
      ...{ name, attempts, concurrency, lease: Math.ceil(timeoutSeconds) + spareSeconds },
    }),
  );
  const wanted = { limit, ...(ids && { ids }) };
  const [, { rows }] = await runner(db)(Tasks.lock(db, kinds, wanted), Tasks.claim(db, kinds, wanted));
  return rows;
}

function enqueueSlots({ db, now }: Work, tasks: readonly Task[]) {
  const slots = tasks.flatMap(({ name, slots }) => {
    const slot = slots?.(now()).newest?.toISOString();
    return slot === undefined ? [] : { id: uuidv7(), name, slot };
  });
  return slots.length > 0 ? [Tasks.schedule(db, slots)] : [];
}
