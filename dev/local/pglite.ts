import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { LocalDatabase, Result } from "./database.ts";
import { lock } from "./lock.ts";
import type { Reply, Request } from "./pglite-worker.ts";

export type PgliteOptions = {
  /** Milliseconds that one request may take before Postgres is restarted. */
  timeout?: number;
};

/**
 * Postgres in this process: persisted in `folder`, guarded by the lock file `${folder}.lock`, or in memory.
 * It runs in a thread of its own, so that a query that never ends cannot keep the process from stopping.
 * @throws {Problem} when another process has the folder open.
 */
export async function pglite(folder?: string, { timeout = 60_000 }: PgliteOptions = {}): Promise<LocalDatabase> {
  const unlock = folder === undefined ? undefined : await lockFolder(folder);
  let worker: Worker | undefined;
  try {
    worker = folder === undefined ? await start(folder) : await startIn(folder);
  } catch (error) {
    unlock?.();
    throw error;
  }

  async function perform(request: Request): Promise<Result[]> {
    worker ??= await restart(folder);
    let reply: Reply;
    try {
      reply = await ask(worker, request, timeout);
    } catch (error) {
      await worker.terminate();
      worker = undefined;
      throw error;
    }
    if ("results" in reply) return reply.results;
    throw Object.assign(new Error(reply.error.message), reply.error.fields);
  }

  // One backend: statements of two requests must never meet inside one transaction.
  let last: Promise<unknown> = Promise.resolve();
  function queued<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  return {
    name: "postgres",
    async run(statement) {
      const [result] = await queued(() => perform({ statements: [statement] }));
      if (result === undefined) throw new Error("Postgres answered nothing");
      return result;
    },
    transaction: (statements, options) => queued(() => perform({ statements, options })),
    // Of the one backend: nobody else may call until it is closed, which the next call without a session makes good.
    session: async () => ({
      async run(query, params = []) {
        const [result] = await queued(() => perform({ statements: [{ query, params }], isOfSession: true }));
        if (result === undefined) throw new Error("Postgres answered nothing");
        return result;
      },
      close: async () => void (await queued(() => perform({ statements: [{ query: "ROLLBACK", params: [] }] }))),
    }),
    close: () =>
      queued(async () => {
        if (worker !== undefined) await stop(worker);
        worker = undefined;
        unlock?.();
      }),
  };
}

async function lockFolder(folder: string): Promise<() => void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  return lock(`${folder}.lock`);
}

/** A first start that was interrupted leaves half a database, which must not be taken for a whole one. */
async function startIn(folder: string): Promise<Worker> {
  const unfinished = `${folder}.unfinished`;
  if (existsSync(unfinished)) await rm(folder, { recursive: true, force: true });
  if (existsSync(folder)) return start(folder);
  await writeFile(unfinished, "");
  await mkdir(folder, { mode: 0o700 });
  const worker = await start(folder);
  await rm(unfinished);
  return worker;
}

async function start(folder: string | undefined): Promise<Worker> {
  const worker = new Worker(join(import.meta.dirname, "pglite-worker.ts"), {
    workerData: folder,
    // Postgres stops runaway recursion at its max_stack_depth: this must be deeper, or the recursion kills it.
    resourceLimits: { stackSizeMb: 64 },
  });
  await once(worker, "message");
  return worker;
}

async function restart(folder: string | undefined): Promise<Worker> {
  if (folder === undefined) throw new Error("Postgres in memory has ended, and its data with it");
  return start(folder);
}

async function stop(worker: Worker): Promise<void> {
  const bound = setTimeout(() => void worker.terminate(), 5_000);
  const ended = once(worker, "exit");
  worker.postMessage("close");
  await ended;
  clearTimeout(bound);
}

/** Rejects when the thread breaks, ends, or takes longer than `timeout`. */
async function ask(worker: Worker, request: Request, timeout: number): Promise<Reply> {
  const done = new AbortController();
  const { signal } = done;
  const bound = setTimeout(() => done.abort(), timeout);
  try {
    const ended = once(worker, "exit", { signal }).then(() => Promise.reject(new Error("Postgres ended unexpectedly")));
    const answered = once(worker, "message", { signal });
    worker.postMessage(request);
    const [reply] = await Promise.race([answered, ended]);
    return reply;
  } catch (error) {
    throw signal.aborted ? new Error(`The query took more than ${timeout} ms, and Postgres was restarted`) : error;
  } finally {
    clearTimeout(bound);
    done.abort();
  }
}
