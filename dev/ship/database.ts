import { join } from "node:path";
import { CommandError, describeDatabase } from "../config.ts";
import type { LocalDatabase } from "../local/database.ts";
import { explained } from "../local/explained.ts";
import { postgres } from "../local/postgres.ts";
import { ownerOf, refuseOther } from "../local/target.ts";
import { createDatabase } from "../local/throwaway/database.ts";
import { startPostgres } from "../local/throwaway/postgres.ts";
import { refusePooled } from "../migrations/apply.ts";
import { type Migration, readMigrations } from "../migrations/files.ts";
import { refuseUnfitDatabase } from "../migrations/fit.ts";
import { readHistory } from "../migrations/history.ts";
import { migrate } from "../migrations/migrate.ts";
import { plan } from "../migrations/plan.ts";
import { readRecords } from "../migrations/records.ts";
import { type MigrationEffects, watchEffects } from "../migrations/watch.ts";
import type { ShipTarget } from "./target.ts";

/** A table of the database that is deployed to. `rows` is PostgreSQL's estimate; undefined where it has none yet. */
export type TableSize = { table: string; bytes: number; rows: number | undefined };

/** The work that waits in the database, and its size now. */
export type DatabasePlan = { pending: Migration[]; upgrades: boolean; sizes: TableSize[] };

/** Reads from the database of `target`, and writes nothing. Throws {@link CommandError} if it is not that of its environment. */
export async function readDatabasePlan({ project, env, databaseUrl }: ShipTarget): Promise<DatabasePlan> {
  const database = postgres(databaseUrl, { connections: 2 });
  try {
    await refuseOther(database, databaseUrl, { env });
    await refuseUnfitDatabase({ run: (query, params = []) => database.run({ query, params }) });
    const { owner, isMigrated } = await ownerOf(database);
    if (isMigrated && owner === undefined) {
      throw new CommandError(
        `${describeDatabase(databaseUrl)} does not say whose it is. Where it is that of ${env}: npm run db:migrate -- --env ${env}.`,
      );
    }
    const folder = join(project, "drizzle");
    const files = await readMigrations(folder);
    const records = isMigrated
      ? await readRecords({ run: (query, params = []) => database.run({ query, params }) })
      : [];
    const history = files[0] && (await readHistory(folder, files[0].tag));
    const planned = plan(files, records, history);
    refusePooled(planned.pending, database);
    return { ...planned, sizes: await readSizes(database) };
  } catch (error) {
    throw explained(error, describeDatabase(databaseUrl));
  } finally {
    await database.close();
  }
}

async function readSizes(database: LocalDatabase): Promise<TableSize[]> {
  const query = `select relname, pg_total_relation_size(oid), reltuples::bigint from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm')`;
  const { rows } = await database.run({ query, params: [] });
  return rows.map(([table, bytes, tuples]) => ({
    table: table ?? "",
    bytes: Number(bytes),
    rows: Number(tuples) < 0 ? undefined : Number(tuples),
  }));
}

/** Applies all migrations to a database made for it, and tells what the pending ones do there. */
export async function effectsOf(project: string, pending: Migration[], admin?: string): Promise<MigrationEffects[]> {
  if (pending.length === 0) return [];
  // The server's folder for temporary files, which this process takes over, goes with it.
  const { TMPDIR } = process.env;
  const server = admin === undefined ? await startPostgres() : undefined;
  try {
    const effects = await effectsAt(admin ?? server?.postgres ?? "", join(project, "drizzle"));
    return effects.filter(({ file }) => pending.some(({ tag }) => file === `drizzle/${tag}.sql`));
  } finally {
    await server?.stop();
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

async function effectsAt(admin: string, folder: string): Promise<MigrationEffects[]> {
  const { url, drop } = await createDatabase(admin);
  const database = postgres(url);
  try {
    const { watch, effects } = watchEffects();
    await migrate(database, { folder, watch });
    return effects;
  } finally {
    await database.close();
    await drop();
  }
}
