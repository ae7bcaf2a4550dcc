/** Keeps the newest lines of the log of `npm run dev` in two files, for `npm run why`. */
import { appendFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { readTextIfAny } from "../text.ts";

/** Bytes of a file, after which the other one begins anew. */
const most = 4 * 2 ** 20;

export class LogStore {
  readonly #file: string;
  readonly #older: string;
  #bytes: number;

  constructor(folder: string) {
    this.#file = join(folder, "log.jsonl");
    this.#older = join(folder, "log.older.jsonl");
    this.#bytes = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Adds an entry with the present time. A store that cannot be written to is no reason to stop. */
  add(entry: object): void {
    const line = `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`;
    try {
      if (this.#bytes + line.length > most) {
        rmSync(this.#older, { force: true });
        renameSync(this.#file, this.#older);
        this.#bytes = 0;
      }
      // Synchronous, so that lines stay in order and none is lost at the end.
      appendFileSync(this.#file, line, { mode: 0o600 });
      this.#bytes += line.length;
    } catch {
      this.#bytes = 0;
    }
  }

  /** Everything that is kept, oldest first. */
  async text(): Promise<string> {
    return `${await readTextIfAny(this.#older)}${await readTextIfAny(this.#file)}`;
  }
}
