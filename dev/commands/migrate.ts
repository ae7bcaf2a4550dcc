/** `npm run db:migrate`: applies the migrations of `drizzle/` that the database lacks. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { databaseUrl, dataFolder, describeDatabase, failWith } from "../config.ts";
import { explained } from "../local/explained.ts";
import { pglite } from "../local/pglite.ts";
import { postgres } from "../local/postgres.ts";
import { migrate } from "../migrations/migrate.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { "apply-skipped": { type: "boolean" }, "allow-ahead": { type: "boolean" } },
  });
  const url = await databaseUrl();
  const where = url === undefined ? join(dataFolder, "postgres") : describeDatabase(url);
  console.log(`Migrating ${where}.`);
  const database = url === undefined ? await pglite(where) : postgres(url);
  try {
    const count = await migrate(database, {
      log: console.log,
      applySkipped: values["apply-skipped"] ?? false,
      allowAhead: values["allow-ahead"] ?? false,
    });
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
