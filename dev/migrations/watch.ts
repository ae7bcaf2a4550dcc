import type { LocalSession } from "../local/database.ts";
import { breaksBetween, type SchemaBreak } from "./breaks.ts";
import { readObjects, type SchemaObject } from "./objects.ts";

/** A lock on a table that was there before. */
export type TableLock = { table: string; mode: string };

/** The effects of one migration on tables that were there before it. */
export type MigrationEffects = { file: string; breaks: SchemaBreak[]; locks: TableLock[] };

/** Looks on while migrations are applied to a database made for that purpose. */
export type Watch = {
  before(worker: LocalSession): Promise<Map<string, SchemaObject>>;
  after(worker: LocalSession, before: Map<string, SchemaObject>, file: string, isConcurrent: boolean): Promise<void>;
};

/** A watch, and the effects that it has seen so far, in the order of the files. */
export function watchEffects(): { watch: Watch; effects: MigrationEffects[] } {
  const effects: MigrationEffects[] = [];
  return {
    effects,
    watch: {
      before: readObjects,
      async after(worker, before, file, isConcurrent) {
        const locks = await readLocks(worker, before);
        const breaks = breaksBetween(before, await readObjects(worker), isConcurrent);
        const known = effects.find((effect) => effect.file === file);
        if (known) {
          known.breaks.push(...breaks);
          known.locks.push(...locks);
        } else effects.push({ file, breaks, locks });
      },
    },
  };
}

/** From the strongest; those of mere reading are left out. */
const modes = [
  "AccessExclusiveLock",
  "ExclusiveLock",
  "ShareRowExclusiveLock",
  "ShareLock",
  "ShareUpdateExclusiveLock",
  "RowExclusiveLock",
];

/** The strongest lock of the open transaction on each table that was there before. */
async function readLocks(worker: LocalSession, before: ReadonlyMap<string, SchemaObject>): Promise<TableLock[]> {
  const { rows } = await worker.run(
    "select relation::text, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and granted",
  );
  const strongest = new Map<string, string>();
  for (const [relation, mode] of rows) {
    const table = before.get(`table ${relation}`);
    if (!table || table.definition === "S" || !mode || !modes.includes(mode)) continue;
    const held = strongest.get(table.name);
    if (held === undefined || modes.indexOf(mode) < modes.indexOf(held)) strongest.set(table.name, mode);
  }
  return [...strongest].map(([table, mode]) => ({ table, mode }));
}

/** The words of these locks for other sessions. */
export function lockMeans(mode: string): string {
  if (mode === "AccessExclusiveLock") return "reads and writes wait";
  if (mode === "RowExclusiveLock") return "changed rows wait";
  return mode === "ShareUpdateExclusiveLock" ? "nobody waits" : "writes wait";
}
