/**
 * `npm run db:fold`: while 0000_init is not released, folds a change of `src/db/schema.ts` into its three places:
 * the tables of `drizzle/0000_init.sql`, its snapshot, and `drizzle/history/0000_init.sql`, which upgrades older databases.
 * A column that is gone while others are new is named by `--drop tickets.subject`.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { changes } from "../migrations/changes.ts";
import { seal } from "../migrations/journal.ts";
import { forceStatement, securedTables } from "../migrations/policies.ts";
import { currentSnapshot, readSnapshot, snapshotFile, statementsFor } from "../migrations/snapshot.ts";
import { readText } from "../text.ts";

const breakpoint = "--> statement-breakpoint";
/** Heads the part that is written by hand in one file, and copied into the other. */
const functionsHead = "-- Functions and triggers";

const folder = join(projectFolder, "drizzle");
const init = join(folder, "0000_init.sql");
const upgrade = join(folder, "history/0000_init.sql");

async function fold(): Promise<void> {
  const { values } = parseArgs({ options: { drop: { type: "string", multiple: true, default: [] } } });
  const before = await readSnapshot(folder, 0);
  const after = { ...(await currentSnapshot(join(projectFolder, "src/db/schema.ts"), before.prevId)), id: before.id };
  const secured = securedTables(after).filter((table) => !securedTables(before).includes(table));
  const steps = [
    ...(await changes(before, after, { renames: [], drops: values.drop })),
    ...secured.map(forceStatement),
  ];
  const [tables, functions] = parted(await readText(init));
  const [upgradeSteps] = parted(await readText(upgrade));
  const newSteps = steps.map((step) => `${readable(step)}\n${breakpoint}\n`).join("");
  const whole = await statementsFor(after);
  await writeFile(init, `${tablesOf(whole, tables)}${functions}`);
  await writeFile(upgrade, `${upgradeSteps}${newSteps}${functions}`);
  await writeFile(snapshotFile(folder, 0), `${JSON.stringify(after, null, 2)}\n`);
  await seal(folder, "0000_init");
  console.log(
    newSteps ? `Folded in:\n${newSteps}` : "No table has changed. The functions were copied into the upgrade.",
  );
}

function parted(text: string): [string, string] {
  const at = text.indexOf(functionsHead);
  if (at < 0) throw new CommandError(`A line that begins with "${functionsHead}" is missing.`);
  return [text.slice(0, at), text.slice(at)];
}

/** Every table with its foreign keys and indexes under its comment, after the tables that it references. */
function tablesOf(all: string[], existing: string): string {
  const [header = ""] = existing.split("\n\n");
  const ofTable = Map.groupBy(all, (statement) => /(?:TABLE|ON) "(\w+)"/.exec(statement)?.[1] ?? "");
  const sections = new Map<string, string>();
  const add = (table: string): void => {
    const [create = "", ...rest] = ofTable.get(table) ?? [];
    const references = rest.filter((statement) => statement.includes("FOREIGN KEY"));
    for (const [, other = ""] of references.join().matchAll(/REFERENCES "public"\."(\w+)"/g)) {
      if (other !== table && !sections.has(other)) add(other);
    }
    const keys = references.map(
      (statement) => `,\n\t${statement.replace(/^.* ADD (?=CONSTRAINT)/, "").replace(/;$/, "")}`,
    );
    const indexes = rest.filter((statement) => !references.includes(statement));
    const comment = new RegExp(`((?:^-- .*\\n)+)create table ${table} `, "m").exec(existing)?.[1] ?? "";
    const whole = [create.replace(/\n\);$/, `${keys.join("")}\n);`), ...indexes].map(readable);
    sections.set(table, `${comment}${whole.join(`\n${breakpoint}\n`)}\n${breakpoint}\n`);
  };
  const known = [...existing.matchAll(/^create table (\w+) /gm)].flatMap(([, table = ""]) =>
    ofTable.has(table) ? table : [],
  );
  for (const table of [...known, ...ofTable.keys()]) if (!sections.has(table)) add(table);
  return `${header}\n\n${[...sections.values()].join("\n")}\n`;
}

const defaults = / ON DELETE no action| ON UPDATE no action| USING btree|"\w+"\.(?=")/g;

/** Rewrites drizzle-kit's SQL as a person would: lower case, no needless quotes, no explicit defaults. */
function readable(statement: string): string {
  return statement
    .split(/('(?:[^']|'')*')/)
    .map((part, index) =>
      index % 2
        ? part
        : part
            .replace(defaults, "")
            .replace(/\t/g, "  ")
            .toLowerCase()
            .replace(/,(?=")/g, ", ")
            .replaceAll("primary key not null", "primary key")
            .replace(/"([a-z_][a-z0-9_]*)"/g, "$1"),
    )
    .join("");
}

await fold().catch(failWith);
