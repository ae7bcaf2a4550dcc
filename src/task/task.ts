import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import type { Deps, Later, Run } from "../context/types.ts";
import { type Backoff, Tasks } from "../crud/tasks.ts";
import type { Database } from "../db/client.ts";
import type { Log } from "../log.ts";
import type { Keys } from "../security/keys.ts";
import type { Bindings, Settings } from "../settings.ts";
import { type Every, type Slots, slotsOf } from "./every.ts";

/** The context of a handler. */
export type TaskContext = Pick<Deps, "now" | "transport"> & {
  /**
   * Commits the effects of the task together with its completion, exactly once. Call it once, at the end: a task that
   * outlived its lease commits nothing, and a handler without effects needs no call.
   */
  run: Run;
  /** Reads, or commits one of many steps. A repeated attempt repeats it. */
  step: Run;
  /** True while there are time and subrequests for another step, beside the calls that the handler has made so far. */
  mayGoOn: (calls?: number) => boolean;
  /** Takes one more subrequest than the four of an attempt, to repeat what has failed. False if the plan has none left. */
  mayRepeat: () => boolean;
  db: Database;
  settings: Settings;
  keys: Keys;
  bindings: Bindings;
  /** The request that caused the task, if one did. */
  requestId: string | undefined;
  /** Adds the task and the request that caused it to each line. */
  log: Log;
  /** Aborts at the end of `timeout`. */
  signal: AbortSignal;
  /** 1 for the first attempt. */
  attempt: number;
  /** The same for all attempts, for services that recognise a repetition. */
  idempotencyKey: string;
  /** The mails that a step writes, for `mailTo`. */
  outbox: string[];
};

/** A task as the engine sees it, whatever its input. */
export type Task = {
  name: string;
  attempts: number;
  backoff: Backoff;
  timeoutSeconds: number;
  concurrency: number | null;
  slots: Slots | undefined;
  canRun: (worker: Pick<TaskContext, "settings" | "transport">) => boolean;
  /** @throws {TaskError} for input that is not the task's. */
  perform: (context: TaskContext, input: unknown) => Promise<unknown>;
};

/**
 * `delay` in seconds. Only one task of a name waits under a `key`. `when` is checked after the preceding statements.
 */
export type LaterOptions = { delay?: number; key?: string; when?: Parameters<typeof Tasks.insert>[2] };

export type Declaration<Input extends z.ZodType> = {
  /** Stored with every task: a new name is a new task. */
  name: string;
  /** The schema of its input, which is stored as JSON: ids rather than personal data. */
  input?: Input;
  /** By default 10 attempts, the second one after 10 seconds, and then after twice as long, up to an hour. */
  retry?: { attempts?: number } & Partial<Backoff>;
  /**
   * Seconds for one attempt, 20 by default: as many as there may be after an answer. At most {@link longestTimeout}.
   */
  timeout?: number;
  /** The number of these tasks that run at once. Unbounded by default; 1 with `every`. */
  concurrency?: number;
  /** Runs it by itself: a cron expression in UTC, or an interval. Its input is then `{}`. */
  every?: Every;
  /** False where a Worker lacks what the task needs: it waits for one that has it. */
  canRun?: Task["canRun"];
};

/** Seconds: the platform ends an alarm, a cron trigger or a message after fifteen minutes. */
export const longestTimeout = 800;

/**
 * The failure of a task in our own words, which admins see: it must hold no secret. `retryIn` seconds replace the
 * backoff. `hopeless` ends the task at once. An `outage` is not the task's fault: the attempt does not count, all tasks of
 * its name get a rest, of `retryIn` seconds or longer each time, and this one waits as long as it is old, at most an hour.
 */
export class TaskError extends Error {
  override readonly name = "TaskError";
  readonly retryIn: number | undefined;
  readonly hopeless: boolean;
  readonly outage: boolean;

  constructor(message: string, { retryIn, hopeless = false, outage = false, cause }: TaskErrorOptions = {}) {
    super(message, { cause });
    // It may be what another service has asked for.
    this.retryIn = retryIn === undefined ? undefined : Math.min(Math.max(retryIn, 0) || 0, longestWait);
    this.hopeless = hopeless;
    this.outage = outage;
  }
}
type TaskErrorOptions = { retryIn?: number | undefined; hopeless?: boolean; outage?: boolean; cause?: unknown };

/** Seconds. */
const longestWait = 6 * 60 * 60;

const nothing = z.object({});

/** The input may be left out where `{}` fits. */
type Given<Input> =
  Record<never, never> extends Input ? [input?: Input, options?: LaterOptions] : [input: Input, options?: LaterOptions];

/**
 * Declares a task. It runs once it is in the list of src/tasks/index.ts. A number that its handler answers is logged.
 */
export function task<Input extends z.ZodType = typeof nothing>(
  declared: Declaration<Input>,
  handler: (context: TaskContext, input: z.output<Input>) => Promise<unknown>,
) {
  const { name, retry = {}, timeout = 20, every, canRun = () => true } = declared;
  const { attempts = 10, firstSeconds = 10, mostSeconds = 3_600 } = retry;
  // Without a schema, Input is the type of `nothing`.
  const schema = declared.input ?? (nothing as unknown as Input);
  if (every !== undefined && !schema.safeParse({}).success)
    throw new Error(`${name} has "every", but not the input {}`);
  if (!((declared.concurrency ?? 1) >= 1)) throw new Error(`${name} has a concurrency that lets none of them run`);
  if (!(timeout <= longestTimeout)) throw new Error(`${name} has a timeout of more than ${longestTimeout} seconds`);
  const made = {
    name,
    attempts,
    backoff: { firstSeconds, mostSeconds },
    timeoutSeconds: timeout,
    concurrency: declared.concurrency ?? (every === undefined ? null : 1),
    slots: every === undefined ? undefined : slotsOf(every),
    canRun,
    async perform(context: TaskContext, input: unknown): Promise<unknown> {
      const { data, error } = schema.safeParse(input);
      if (error) throw new TaskError(`Its input does not fit at ${placesOf(error)}.`, { hopeless: true });
      return handler(context, data);
    },
    /** Enqueues the task as a part of `run`. Throws for input that does not fit. */
    later(...given: Given<z.input<Input>>): Later {
      const [input, { delay = 0, key, when } = {}]: [z.input<Input>?, LaterOptions?] = given;
      // Checks the input as it will come back, so that a Date or a Map is refused here.
      const stored: unknown = JSON.parse(JSON.stringify(input === undefined ? {} : input));
      schema.parse(stored);
      return {
        task: name,
        delay,
        enqueue: (db, requestId) =>
          Tasks.insert(db, { id: uuidv7(), name, key, input: stored, delay, requestId }, when),
      };
    },
  };
  return made satisfies Task;
}

/** The places of the problems, without any value. */
function placesOf({ issues }: z.ZodError): string {
  return [...new Set(issues.map(({ path }) => path.join(".") || "its root"))].slice(0, 5).join(", ");
}
