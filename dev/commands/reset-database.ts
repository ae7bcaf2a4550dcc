/** `npm run db:reset [-- --yes]`: empties the database in `.plinth`, also while `npm run dev` runs, and seeds it anew. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, databaseUrl, dataFolder, describeDatabase, failWith } from "../config.ts";
import { withClient } from "../local/client.ts";
import { explained } from "../local/explained.ts";
import { removeFolder, runningServer } from "../local/kept/folder.ts";
import { recreateDatabase } from "../local/kept/server.ts";
import { openDatabase, shown } from "../local/open.ts";
import { seed } from "../local/seed.ts";
import { migrate } from "../migrations/migrate.ts";
import { confirmed } from "../terminal.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { yes: { type: "boolean", short: "y" } } });
  const url = await databaseUrl();
  if (url !== undefined) {
    throw new CommandError(
      `DATABASE_URL names ${describeDatabase(url)}, and db:reset empties nothing but the database that npm run dev keeps.`,
    );
  }
  const folder = shown(join(dataFolder, "database"));
  const isMeant =
    values.yes ||
    (await confirmed(
      `Everything in ${folder} will be lost. Go on?`,
      `This empties ${folder}: npm run db:reset -- --yes`,
    ));
  if (!isMeant) throw new CommandError("Nothing was changed.");
  // Removes even a database that cannot be started.
  const isInUse = (await runningServer(dataFolder)) !== undefined;
  if (!isInUse) await removeFolder(dataFolder);
  const opened = await openDatabase();
  try {
    if (isInUse) await recreateDatabase(opened.url);
    await migrate(opened.database);
    const admin = await withClient(opened.database, (db) => seed(db, join(dataFolder, "admins.json"), "kept"));
    console.log(`${folder} is empty but for its seeds.`);
    if (admin) console.log(`The admin is ${admin.email}, with the password ${admin.password}`);
  } catch (error) {
    throw explained(error, folder);
  } finally {
    await opened.close();
  }
}

if (import.meta.main) await main().catch(failWith);
