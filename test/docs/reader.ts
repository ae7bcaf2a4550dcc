import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { freePort } from "../../dev/local/port.ts";
import { announced, type Block } from "./blocks.ts";
import { addBefore, applyDiff, hasExcerpt } from "./edits.ts";
import { type Server, startServer } from "./server.ts";
import { openShell, type Ran } from "./shell.ts";

/**
 * Milliseconds until wrangler has noticed a change of the code, which people take to turn to the terminal. It then holds
 * calls back, but breaks those off that are under way.
 */
const noticed = 3_000;

/** Follows pages in a copy of the project, as a reader would who does what each block says. */
export class Reader {
  /** Blocks that say why they cannot run here, as `page: reason`. */
  readonly passedOver: string[] = [];
  readonly #project: string;
  readonly #scratch: string;
  #server: Server | undefined;
  /** The same at every start: variables of a page hold it. */
  #port: number | undefined;
  /** The state at the last start of everything that only a restart of `npm run dev` picks up. */
  #startedWith = "";
  /** The time of the last change of code that runs. */
  #editedAt = 0;

  constructor(project: string, scratch: string) {
    this.#project = project;
    this.#scratch = scratch;
  }

  async follow(blocks: readonly Block[]): Promise<void> {
    const shell = await openShell(this.#project, this.#scratch);
    let last: Ran = { output: "", calls: [] };
    for (const block of blocks) {
      try {
        // FastAPI's side of a comparison.
        if (block.language === "python") continue;
        if (block.language !== "sh") await this.#apply(block, last);
        else if (block.title !== "") this.passedOver.push(`${block.page}: ${block.title}`);
        else last = await this.#type(block.code, shell.run);
      } catch (error) {
        throw new Error(`${block.page}:${block.line}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    }
    await shell.close();
  }

  async close(): Promise<void> {
    await this.#stop();
  }

  /** Types commands. Each must succeed, and each call be answered as its comment announces. */
  async #type(code: string, run: (code: string) => Promise<Ran>): Promise<Ran> {
    const start = /^(npm install && )?npm run dev\b.*$/m;
    if (start.test(code)) await this.#start();
    const rest = code.replace(start, "");
    if (/\bcurl\b/.test(rest)) this.#server ?? (await this.#start());
    if (/\bcurl\b/.test(rest)) await sleep(Math.max(0, this.#editedAt + noticed - Date.now()));
    const ran = await run(this.#server?.located(rest) ?? rest);
    const refused = ran.calls.filter(({ status }) => status < 200 || status >= 400);
    expect(
      refused.map(({ status }) => status),
      JSON.stringify(ran, undefined, 2),
    ).toStrictEqual(announced(code));
    for (const { url } of ran.calls) expect(new URL(url).pathname, "a variable is empty").not.toMatch(/\/\/|.\/$/);
    return ran;
  }

  /** Starts `npm run dev`, or starts it again where that makes a difference. */
  async #start(): Promise<void> {
    const files = [join(this.#project, "drizzle"), join(this.#project, "wrangler.toml")];
    const now = JSON.stringify([await readdir(files[0] ?? ""), (await stat(files[1] ?? "")).mtimeMs]);
    if (this.#server && now === this.#startedWith) return;
    await this.#stop();
    this.#port ??= await freePort();
    this.#server = await startServer(this.#project, this.#port);
    this.#startedWith = now;
  }

  async #stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** Puts code into the file that its title names, or compares it with a file or an answer. */
  async #apply({ language, title, code }: Block, last: Ran): Promise<void> {
    const [, answer] = /^(answer)$/.exec(title) ?? [];
    if (answer) return expect(JSON.parse(last.output.split("\n").at(-1) ?? "")).toEqual(shown(JSON.parse(code)));
    const [, excerpt] = /^from (\S+)$/.exec(title) ?? [];
    if (excerpt) return expect(hasExcerpt(code, await this.#read(excerpt)), `${excerpt} has no such lines`).toBe(true);
    const [, file, declaration = ""] = /^add to (\S+), before (\w+)$/.exec(title) ?? [];
    if (file) return this.#write(file, addBefore(declaration, code, await this.#read(file)));
    if (title === "the migration") return writeFile(await this.#newestMigration(), code);
    if (!/^[\w./-]+\.\w+$/.test(title)) throw new Error(`\`\`\`${language} needs a title that says what it is`);
    return this.#write(title, language === "diff" ? applyDiff(code, await this.#read(title)) : code);
  }

  async #newestMigration(): Promise<string> {
    const folder = join(this.#project, "drizzle");
    const newest =
      (await readdir(folder))
        .filter((name) => name.endsWith(".sql"))
        .toSorted()
        .at(-1) ?? "";
    return join(folder, newest);
  }

  #read(file: string): Promise<string> {
    return readFile(join(this.#project, file), "utf8");
  }

  async #write(file: string, text: string): Promise<void> {
    const write = async () => {
      await mkdir(dirname(join(this.#project, file)), { recursive: true });
      await writeFile(join(this.#project, file), text);
    };
    await (file === "src/routes/index.ts" && this.#server ? this.#server.reloaded(write) : write());
    if (file.startsWith("src/") && this.#server) this.#editedAt = Date.now();
  }
}

/** An answer as a page shows it: "…" stands for any value, and for any more members where it is a member. */
function shown(value: unknown): unknown {
  if (value === "…") return expect.anything();
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  const { "…": more, ...members } = Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, shown(entry)]),
  );
  return more === undefined ? members : expect.objectContaining(members);
}
