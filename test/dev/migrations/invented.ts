import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, inject } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase, type ThrowawayDatabase } from "../../../dev/local/throwaway/database.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";

const project = join(import.meta.dirname, "../../..");
/** The first millisecond of the invented migrations. */
export const start = Date.UTC(2026, 0, 1);

/** A folder of migrations, as drizzle-kit keeps it: each with its minute, and as many statements as it has texts. */
class Folder {
  readonly path: string;
  readonly #entries: { idx: number; when: number; tag: string; version: "7"; breakpoints: true }[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Adds `tag`, or rewrites it; `minute` puts it before or after others. */
  async write(tag: string, statements: string | string[], minute = this.#entries.length): Promise<void> {
    await mkdir(join(this.path, "meta"), { recursive: true });
    await writeFile(join(this.path, `${tag}.sql`), [statements].flat().join("\n--> statement-breakpoint\n"));
    if (!this.#entries.some((entry) => entry.tag === tag)) {
      this.#entries.push({ idx: 0, when: start + minute * 60_000, tag, version: "7", breakpoints: true });
    }
    await this.#writeJournal();
  }

  async forget(tag: string): Promise<void> {
    this.#entries.splice(
      this.#entries.findIndex((entry) => entry.tag === tag),
      1,
    );
    await this.#writeJournal();
  }

  async #writeJournal(): Promise<void> {
    this.#entries.sort((one, other) => one.when - other.when);
    const entries = this.#entries.map((entry, idx) => ({ ...entry, idx }));
    const journal = { version: "7", dialect: "postgresql", entries };
    await writeFile(join(this.path, "meta/_journal.json"), JSON.stringify(journal));
  }
}

/** Before each test a database and a folder with one migration, and the means to apply them and to look. */
export function inventedMigrations() {
  let created: ThrowawayDatabase;
  let database: LocalDatabase;
  let folder: Folder;
  let lines: string[];
  const running: ChildProcess[] = [];

  const log = (line: string) => void lines.push(line);
  const apply = (options = {}) => migrate(database, { folder: folder.path, log, ...options });
  const query = async (text: string) => (await database.run({ query: text, params: [] })).rows;
  const recorded = async () => Number((await query("select count(*) from drizzle.__drizzle_migrations"))[0]?.[0]);
  const refusal = (options = {}) =>
    apply(options).then(
      () => "",
      (error: Error) => error.message,
    );

  /** Another process that migrates; resolves with its exit code and all that it said. */
  function migrator() {
    const script = `import { migrate } from "./dev/migrations/migrate.ts";
      import { postgres } from "./dev/local/postgres.ts";
      const database = postgres(process.env.URL);
      try { console.log("applied " + await migrate(database, { folder: process.env.FOLDER, log: console.log })); }
      finally { await database.close(); }`;
    const env = { ...process.env, URL: created.url, FOLDER: folder.path };
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { cwd: project, env });
    running.push(child);
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => said.push(String(data)));
    const ended = once(child, "close").then(([code]) => ({ code, said: said.join("") }));
    return { child, ended, said: () => said.join("") };
  }

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await delay(20);
  }

  beforeEach(async () => {
    created = await createDatabase(inject("postgres"));
    database = postgres(created.url);
    folder = new Folder(await mkdtemp(join(tmpdir(), "plinth-migrations-")));
    lines = [];
    await folder.write("0000_things", "create table things (id serial primary key, name text)");
  });
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
    await database.close();
    await created.drop();
    await rm(folder.path, { recursive: true });
  });

  return {
    apply,
    query,
    recorded,
    refusal,
    migrator,
    until,
    at: {
      get database() {
        return database;
      },
      get url() {
        return created.url;
      },
      get folder() {
        return folder;
      },
      get lines() {
        return lines;
      },
    },
  };
}
