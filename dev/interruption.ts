import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { shellWord } from "./terminal.ts";

/** The part of a command that is under way, in the words for a signal that ends the command there. */
export type Stage = {
  /** A clause, such as "while uploading". */
  doing: string;
  /** The effect that it may have had although it did not end; undefined if it changes nothing. */
  perhaps?: string | undefined;
  /** The commands that finish it or take it back, in sentences. */
  next?: readonly string[];
  /** Reads the state as it is now, without changing anything. */
  look?: () => Promise<string>;
};

/** Everything that a command has done, and the stage that it is at. */
export class Progress {
  readonly #stopping = new AbortController();
  readonly #done: string[] = [];
  #stage: Stage = { doing: "starting" };

  /** Aborted by the signal that ends the command: from then on it changes nothing. */
  get stop(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Begins a stage. Throws if the command is to end. */
  at(stage: Stage): void {
    this.stop.throwIfAborted();
    this.#stage = stage;
  }

  /** Notes an effect that stays. */
  did(sentence: string): void {
    this.#done.push(sentence);
  }

  /** Ends the command here. Returns the state that it leaves, as far as it is known. */
  end(signal: string): string {
    this.#stopping.abort(new Error(`ended by ${signal}`));
    return `Ended by ${signal} while ${this.#stage.doing}.\n${this.left()}`;
  }

  /** The state that is left where the command ends now, as far as it is known. */
  left(): string {
    const { perhaps, next = [] } = this.#stage;
    return [
      this.#done.length > 0 ? `Done: ${this.#done.join(" ")}` : perhaps ? "Done: nothing." : "Nothing was changed.",
      ...(perhaps === undefined ? [] : [`Perhaps: ${perhaps}`]),
      ...next,
    ].join("\n");
  }

  /** The state as it is now; undefined if nobody can tell. */
  async now(): Promise<string | undefined> {
    return this.#stage.look?.().catch(() => undefined);
  }
}

/** The command line that runs a script of the project once more as it was `given`. */
export function againCommand(script: string, given: readonly string[]): string {
  return [`npm run ${script}`, ...(given.length > 0 ? ["--"] : []), ...given.map(shellWord)].join(" ");
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Milliseconds for the processes of the command to end, and as many again to read the state. */
const patience = 5_000;
/** The terminal sends its signal to npm as well, which passes it on: within these milliseconds both are one. */
const twice = 1_000;

/**
 * Runs a command. A signal ends it: it tells the state that it leaves, and exits with that signal's code. A second signal does
 * not wait until its processes have ended. A reader of the output who goes away, such as `head`, counts as a signal.
 */
export async function interruptible(command: (progress: Progress) => Promise<void>): Promise<void> {
  const progress = new Progress();
  let since = Number.POSITIVE_INFINITY;
  const { promise: interrupted, resolve } = Promise.withResolvers<number>();
  function interrupt(signal: NodeJS.Signals): void {
    const code = 128 + constants.signals[signal];
    if (progress.stop.aborted) {
      if (performance.now() - since > twice) process.exit(code);
      return;
    }
    since = performance.now();
    console.error(`\n${progress.end(signal)}`);
    resolve(code);
  }
  const onClosed = () => interrupt("SIGPIPE");
  for (const signal of signals) process.on(signal, interrupt);
  process.stdout.on("error", onClosed);
  process.stderr.on("error", onClosed);
  const working = command(progress);
  try {
    const code = await Promise.race([working, interrupted]);
    if (code === undefined) return;
    await Promise.race([working.catch(() => {}), delay(patience)]);
    const now = await Promise.race([progress.now(), delay(patience, undefined)]);
    if (now) console.error(now);
    process.exit(code);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
    process.stdout.off("error", onClosed);
    process.stderr.off("error", onClosed);
  }
}
