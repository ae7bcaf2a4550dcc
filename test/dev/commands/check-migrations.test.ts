import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { checkMigrations } from "../../../dev/commands/check-migrations.ts";

const project = join(import.meta.dirname, "../../..");
const journal = "drizzle/meta/_journal.json";
const schema = "src/db/schema.ts";

describe("npm run db:check", () => {
  let copy = "";
  let tags: string[];

  async function edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(copy, file);
    const text = await readFile(path, "utf8");
    const changed = change(text);
    expect(changed).not.toBe(text);
    await writeFile(path, changed);
  }

  type Journal = { entries: { idx: number; when: number; tag: string }[] };
  const editJournal = (change: (entries: Journal["entries"]) => void) =>
    edit(journal, (text) => {
      const { entries, ...rest }: Journal = JSON.parse(text);
      change(entries);
      return JSON.stringify({ ...rest, entries });
    });

  /** Another migration, as `drizzle-kit generate --custom` makes it. */
  async function addMigration(): Promise<void> {
    const { entries, ...rest }: Journal = JSON.parse(await readFile(join(copy, journal), "utf8"));
    const last = entries.at(-1);
    const [idx, when] = [entries.length, (last?.when ?? 0) + 1];
    const name = (index: number) => String(index).padStart(4, "0");
    const snapshot = JSON.parse(await readFile(join(copy, `drizzle/meta/${name(idx - 1)}_snapshot.json`), "utf8"));
    const next = { ...snapshot, id: randomUUID(), prevId: snapshot.id };
    await writeFile(join(copy, `drizzle/meta/${name(idx)}_snapshot.json`), JSON.stringify(next));
    await writeFile(join(copy, `drizzle/${name(idx)}_custom.sql`), "select 1;");
    const added = [...entries, { ...last, idx, when, tag: `${name(idx)}_custom` }];
    await writeFile(join(copy, journal), JSON.stringify({ ...rest, entries: added }));
  }

  const ours = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("plinth-db-check-"));

  beforeEach(async () => {
    if (copy) await rm(copy, { recursive: true });
    copy = await mkdtemp(join(tmpdir(), "plinth-project-"));
    await cp(join(project, "drizzle"), join(copy, "drizzle"), { recursive: true });
    await cp(join(project, "src"), join(copy, "src"), { recursive: true });
    await addMigration();
    const { entries }: Journal = JSON.parse(await readFile(join(copy, journal), "utf8"));
    tags = entries.map(({ tag }) => tag);
  });
  afterAll(() => rm(copy, { recursive: true }));

  it("passes migrations that are in order, and removes its copy", async () => {
    await expect(checkMigrations(copy)).resolves.toBeUndefined();
    await expect(checkMigrations(project)).resolves.toBeUndefined();
    expect(await ours()).toEqual([]);
  });

  it("sees a column that no migration makes", async () => {
    await edit(schema, (text) => text.replace("title: text()", "subtitle: text(),\n    title: text()"));
    await expect(checkMigrations(copy)).rejects.toThrow(/differ: run npm run db:generate[\s\S]*ADD COLUMN "subtitle"/);
    expect(await ours()).toEqual([]);
  });

  it("sees a renamed column, about which drizzle-kit asks", async () => {
    await edit(schema, (text) => text.replace("full_name: text()", "complete_name: text()"));
    await expect(checkMigrations(copy)).rejects.toThrow("differ: run npm run db:generate");
  });

  it("sees a migration that would be skipped, being older than the one before", async () => {
    await editJournal(([first, second]) => {
      if (first && second) second.when = first.when;
    });
    await expect(checkMigrations(copy)).rejects.toThrow("is not later than");
  });

  it("sees a gap in the journal", async () => {
    await editJournal(([, second]) => {
      if (second) second.idx = 7;
    });
    await expect(checkMigrations(copy)).rejects.toThrow("has idx 7");
  });

  it("sees a migration without its file", async () => {
    await rm(join(copy, `drizzle/${tags[1]}.sql`));
    await expect(checkMigrations(copy)).rejects.toThrow(`drizzle/${tags[1]}.sql is missing`);
  });

  it("sees a file that is not in the journal", async () => {
    await writeFile(join(copy, "drizzle/0099_stray.sql"), "select 1;");
    await expect(checkMigrations(copy)).rejects.toThrow("drizzle/0099_stray.sql is not in the journal");
  });

  it("sees a missing and a stray snapshot", async () => {
    await rename(join(copy, "drizzle/meta/0001_snapshot.json"), join(copy, "drizzle/meta/0099_snapshot.json"));
    await expect(checkMigrations(copy)).rejects.toThrow("0099_snapshot.json");
  });

  it("sees two migrations that follow the same one", async () => {
    const first = JSON.parse(await readFile(join(copy, "drizzle/meta/0000_snapshot.json"), "utf8"));
    await edit("drizzle/meta/0001_snapshot.json", (text) =>
      JSON.stringify({ ...JSON.parse(text), prevId: first.prevId }),
    );
    await expect(checkMigrations(copy)).rejects.toThrow("drizzle-kit check failed");
  });

  it.each(["{", "{}", "[]"])("refuses %j as a journal", async (text) => {
    await writeFile(join(copy, journal), text);
    await expect(checkMigrations(copy)).rejects.toThrow("is not drizzle-kit's journal");
  });
});
