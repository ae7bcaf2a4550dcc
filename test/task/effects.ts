import { eq, inArray, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { defaultDeps } from "../../src/app.ts";
import type { Deps } from "../../src/context/types.ts";
import { Tasks } from "../../src/crud/tasks.ts";
import { tasks, throttles } from "../../src/db/schema.ts";
import type { LogEntry } from "../../src/log.ts";
import type { Bindings } from "../../src/settings.ts";
import { runTasks } from "../../src/task/run.ts";
import { type Declaration, type Task, task } from "../../src/task/task.ts";
import { bindings, db, unique } from "../harness.ts";

/** A statement with an effect that shows when it is committed twice. */
export function effect(key: string) {
  return db
    .insert(throttles)
    .values({ key, attempts: 1 })
    .onConflictDoUpdate({ target: throttles.key, set: { attempts: sql`${throttles.attempts} + 1` } })
    .returning({ key: throttles.key });
}

/** The number of times that each effect was committed. */
export async function effectsOf(...keys: string[]): Promise<number[]> {
  const rows = await db.select().from(throttles).where(inArray(throttles.key, keys));
  return keys.map((key) => rows.find((row) => row.key === key)?.attempts ?? 0);
}

export const Keyed = z.object({ effect: z.string() });

/** A task that has the effect which its input names, under a name that no other test has. */
export function effecting(declared: Partial<Declaration<typeof Keyed>> = {}) {
  return task({ name: unique("effect"), input: Keyed, ...declared }, ({ run }, { effect: key }) => run(effect(key)));
}

/** Enqueues tasks past the API; answers their ids. */
export async function enqueue(
  name: string,
  inputs: readonly unknown[],
  more: { key?: string } = {},
): Promise<string[]> {
  const ids: string[] = [];
  for (const input of inputs) {
    const id = uuidv7();
    ids.push(id);
    await Tasks.insert(db, { id, name, key: more.key, input, delay: 0, requestId: "a-request" });
  }
  return ids;
}

type Running = { now?: Date; bindings?: Bindings; connect?: Deps["connect"] } & Parameters<typeof runTasks>[2];

/** Runs these tasks as a Worker of its own would do; answers its lines of the log. */
export async function work(
  list: readonly Task[],
  { now: at, bindings: given, connect = defaultDeps.connect, ...options }: Running = {},
): Promise<LogEntry[]> {
  const logs: LogEntry[] = [];
  const now = () => at ?? new Date();
  const roomy = { ...bindings, SUBREQUESTS: "10000", ...given };
  await runTasks(roomy, { ...defaultDeps, connect, now, tasks: list, log: (entry) => void logs.push(entry) }, options);
  return logs;
}

export async function rowOf(id: string | undefined) {
  const [row] = await db
    .select()
    .from(tasks)
    .where(eq(tasks.id, id ?? ""));
  return row;
}

export function rowsOf(name: string) {
  return db.select().from(tasks).where(eq(tasks.name, name)).orderBy(tasks.id);
}

/** Lets the time pass for which a task waits, or for which it is leased. */
export function makeDue(id: string | undefined) {
  return db
    .update(tasks)
    .set({ run_at: sql`now() - interval '1 second'` })
    .where(eq(tasks.id, id ?? ""));
}
