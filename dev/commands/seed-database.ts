/** `npm run db:seed`: calls dev/local/seeds.ts on the local database, also while `npm run dev` runs. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, databaseUrl, dataFolder, describeDatabase, failWith } from "../config.ts";
import { withClient } from "../local/client.ts";
import { explained } from "../local/explained.ts";
import { openDatabase } from "../local/open.ts";
import { seed, seedAgain } from "../local/seed.ts";
import { isLocal } from "../local/target.ts";
import { migrate } from "../migrations/migrate.ts";

async function main(): Promise<void> {
  parseArgs({ options: {} });
  const url = await databaseUrl();
  if (url !== undefined && !isLocal(url)) {
    throw new CommandError(`DATABASE_URL names ${describeDatabase(url)}: seeds are for a database on this machine.`);
  }
  const { database, where, isKept, close } = await openDatabase();
  try {
    if (isKept) await migrate(database);
    const admin = await withClient(database, async (db) => {
      const credentials = await seed(db, join(dataFolder, "admins.json"), isKept ? "kept" : where);
      if (!(await seedAgain(db)))
        throw new CommandError(`${where} has no admin: npm run admin:create -- person@example.com`);
      return credentials;
    });
    console.log(`dev/local/seeds.ts has filled ${where}.`);
    if (admin) console.log(`The admin is ${admin.email}, with the password ${admin.password}`);
  } catch (error) {
    throw explained(error, where);
  } finally {
    await close();
  }
}

if (import.meta.main) await main().catch(failWith);
