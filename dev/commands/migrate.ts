import { join } from "node:path";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/pg-proxy";
import { migrate as migrateWith } from "drizzle-orm/pg-proxy/migrator";
import { databaseUrl, dataFolder, describeDatabase, failWith, Problem, projectFolder } from "../config.ts";
import { isPostgresError, type LocalDatabase } from "../local/database.ts";
import { pglite } from "../local/pglite.ts";
import { postgres } from "../local/postgres.ts";
import { adoptInit } from "./history.ts";

/** Applies the migrations that `database` lacks, all of them or none, and returns how many those were. */
export async function migrate(
  database: LocalDatabase,
  migrationsFolder = join(projectFolder, "drizzle"),
): Promise<number> {
  const db = drizzle(async (query, params) => {
    const { rows, fields } = await database.run({ query, params: params.map(String) });
    return { rows: rows.map((row) => Object.fromEntries(fields.map(({ name }, column) => [name, row[column]]))) };
  });
  const isAdopted = await adoptInit(database, migrationsFolder, await applied());
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
  return (await applied()).length - before.length + (isAdopted ? 1 : 0);

  async function applied(): Promise<string[]> {
    const [known] = await db.execute(sql`select to_regclass('drizzle.__drizzle_migrations') as name`);
    if (!known?.name) return [];
    const rows = await db.execute(sql`select hash from drizzle.__drizzle_migrations`);
    return rows.map(({ hash }) => String(hash));
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
