/**
 * `npm run db:settle -- --env production`: makes a database that was set back to an earlier time fit to be used. Run it
 * before a Worker uses the database, and once.
 */
import { parseArgs } from "node:util";
import { CommandError, failWith } from "../config.ts";
import { explained } from "../local/explained.ts";
import { openDatabase } from "../local/open.ts";
import { environment } from "../local/target.ts";
import { settle, settledText } from "../migrations/restore.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { env: { type: "string" } } });
  const env = environment(values.env);
  if (env === undefined)
    throw new CommandError("Name the environment, since this signs everybody out: --env production.");
  const { database, where, close } = await openDatabase({ env });
  try {
    console.log(`${where} was settled: ${settledText(await settle(database))}.`);
  } catch (error) {
    throw explained(error, where);
  } finally {
    await close();
  }
}

if (import.meta.main) await main().catch(failWith);
