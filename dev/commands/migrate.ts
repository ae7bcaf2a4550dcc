import { join } from "node:path";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/pg-proxy";
import { migrate as migrateWith } from "drizzle-orm/pg-proxy/migrator";
import { databaseUrl, dataFolder, describeDatabase, failWith, Problem, projectFolder } from "../config.ts";
import { isPostgresError, type LocalDatabase } from "../local/database.ts";
import { pglite } from "../local/pglite.ts";
import { postgres } from "../local/postgres.ts";

/** Applies the migrations that `database` lacks, all of them or none, and returns how many those were. */
export async function migrate(
  database: LocalDatabase,
  migrationsFolder = join(projectFolder, "drizzle"),
): Promise<number> {
  const db = drizzle(async (query, params) => {
    const { rows, fields } = await database.run({ query, params: params.map(String) });
    return { rows: rows.map((row) => Object.fromEntries(fields.map(({ name }, column) => [name, row[column]]))) };
  });
  const before = await applied();
  await migrateWith(
    db,
    async (queries) => {
      await database.transaction(
        queries.map((query) => ({ query, params: [] })),
        {},
      );
    },
    { migrationsFolder },
  );
  return (await applied()) - before;

  async function applied(): Promise<number> {
    const [known] = await db.execute(sql`select to_regclass('drizzle.__drizzle_migrations') as name`);
    if (!known?.name) return 0;
    const [row] = await db.execute(sql`select count(*) as count from drizzle.__drizzle_migrations`);
    return Number(row?.count);
  }
}

/** The sentence for a database that cannot be reached; anything else is returned as it is. */
export function explained(error: unknown, where: string): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isPostgresError(cause)) {
    const hint =
      cause.code === "42601" ? " Does every statement of the migration end in --> statement-breakpoint?" : "";
    return new Problem(`The database ${where} refused: ${cause.message} (${cause.code}).${hint}`);
  }
  if (cause instanceof Error && ("code" in cause || /timeout|terminated/i.test(cause.message))) {
    return new Problem(
      `The database ${where} cannot be reached: ${cause.message || String(Reflect.get(cause, "code"))}.`,
    );
  }
  return error;
}

async function main(): Promise<void> {
  const url = await databaseUrl();
  const where = url === undefined ? join(dataFolder, "postgres") : describeDatabase(url);
  const database = url === undefined ? await pglite(where) : postgres(url);
  try {
    const count = await migrate(database);
    const done = count === 1 ? "1 migration was" : `${count} migrations were`;
    console.log(count === 0 ? `${where} is up to date.` : `${done} applied to ${where}.`);
    console.log(url === undefined ? "Next: npm run dev." : "Next: npx wrangler deploy, or npm run dev.");
  } catch (error) {
    throw explained(error, where);
  } finally {
    await database.close();
  }
}

if (import.meta.main) await main().catch(failWith);
