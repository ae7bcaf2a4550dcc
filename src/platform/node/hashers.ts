import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { Turns } from "../turns.ts";
import type { HashAnswer, HashWork } from "./hash-thread.ts";

export type Hashers = {
  getByName(name: string): {
    hash(password: string, replacing?: string): Promise<string | undefined>;
    verify(password: string, phc: string): Promise<boolean | undefined>;
  };
  close(): Promise<void>;
};

/**
 * Hashes passwords in threads, in place of the binding `PASSWORD_HASHER`: sign-up and sign-in have so many each. A
 * thread starts at its first password.
 */
export function hashersIn(threads: number): Hashers {
  const all = new Map<string, HashThread>();
  return {
    /** `name` is that of an instance, such as `verify-3`. */
    getByName(name) {
      const [kind, instance] = name.split("-");
      const key = `${kind}-${Number(instance) % threads}`;
      const thread = all.get(key) ?? new HashThread();
      all.set(key, thread);
      return thread;
    },
    async close() {
      await Promise.all([...all.values()].map((thread) => thread.close()));
    },
  };
}

class HashThread {
  readonly #turns = new Turns();
  #worker: Worker | undefined;

  hash(password: string, replacing?: string): Promise<string | undefined> {
    return this.#turns.take(async () => String(await this.#asked({ kind: "hash", password, phc: replacing })));
  }

  verify(password: string, phc: string): Promise<boolean | undefined> {
    return this.#turns.take(async () => (await this.#asked({ kind: "verify", password, phc })) === true);
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** One at a time, since it waits for its turn. */
  #asked(work: HashWork): Promise<string | boolean> {
    const worker = this.#started();
    const { promise, resolve, reject } = Promise.withResolvers<string | boolean>();
    const answered = ({ result, error }: HashAnswer) =>
      result === undefined ? reject(new Error(error)) : resolve(result);
    const died = () => reject(new Error("The thread that hashes has ended"));
    worker.once("message", answered).once("exit", died);
    worker.ref();
    worker.postMessage(work);
    return promise.finally(() => {
      worker.off("message", answered).off("exit", died);
      worker.unref();
    });
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    // Beside this file, as source or bundled.
    const worker = new Worker(join(import.meta.dirname, `hash-thread${extname(import.meta.filename)}`));
    worker.on("error", () => {});
    worker.on("exit", () => {
      this.#worker = undefined;
    });
    this.#worker = worker;
    return worker;
  }
}
