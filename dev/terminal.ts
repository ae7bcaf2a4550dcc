/** The conversation of commands with people: what they give, what is asked, and what is printed. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { CommandError } from "./config.ts";

/** Asks a question that "y" or "yes" answers. Throws a {@link CommandError} with this advice where nobody can be asked. */
export async function confirmed(question: string, advice: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new CommandError(advice);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // A line is edited without the terminal's own signals.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const closed = once(terminal, "close").then(() => "");
  const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** A whole number from the command line. Throws a {@link CommandError} that names the option. */
export function wholeNumberOption(
  name: string,
  value: string,
  { min = 0, max = 999_999_999 }: { min?: number; max?: number } = {},
): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new CommandError(`--${name} must be a whole number from ${min} to ${max}.`);
}

/** Tells people what long work is at. */
export type Telling = {
  /** Says what begins. */
  say(text: string): void;
  /** Says how many of `all` are done: on a terminal each time, elsewhere every tenth. */
  count(text: string, done: number, all: number): void;
  /** Clears the line of a terminal. */
  end(): void;
};

/** Tells on the standard error: on a terminal in one line that is written anew, elsewhere in lines. */
export function progressOn(stream: Pick<NodeJS.WriteStream, "write" | "isTTY"> = process.stderr): Telling {
  const clear = "\r\u001b[K";
  const say = (text: string) => void stream.write(stream.isTTY ? `${clear}${text} …` : `${text} …\n`);
  return {
    say,
    count(text, done, all) {
      if (stream.isTTY || done % 10 === 0 || done === all) say(`${text} ${done} of ${all}`);
    },
    end: () => void (stream.isTTY && stream.write(clear)),
  };
}

/** A word of a command line, quoted for a shell where it needs that. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A number with its noun: "1 session", "2 sessions". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Rows of text under their heads, the first column to the left and the others to the right. */
export function textTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? "").length)));
  const align = (cells: readonly string[]) =>
    widths.map((width, column) => {
      const cell = cells[column] ?? "";
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
  const rule = widths.map((width) => "-".repeat(width));
  return [heads, rule, ...rows].map((cells) => align(cells).join("  ").trimEnd()).join("\n");
}
