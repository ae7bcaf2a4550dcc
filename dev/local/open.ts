import { join, relative } from "node:path";
import { CommandError, databaseUrl, dataFolder, describeDatabase } from "../config.ts";
import type { LocalDatabase } from "./database.ts";
import { explained } from "./explained.ts";
import { useDatabase } from "./kept/use.ts";
import { postgres } from "./postgres.ts";
import { refuseOther, refuseUnnamed, type Target } from "./target.ts";

export type OpenDatabase = {
  database: LocalDatabase;
  /** A `postgresql://` URL, with its password. */
  url: string;
  /** For people: where it is, without its password. */
  where: string;
  /** True if it is kept in the data folder. */
  isKept: boolean;
  close(): Promise<void>;
};

type Options = Parameters<typeof useDatabase>[1] & Target;

/**
 * Opens the Postgres that the environment or `.dev.vars` names, or else the kept one, whose server it starts if
 * necessary. Throws `CommandError` if that is not the intended one.
 */
export async function openDatabase(options: Options = {}): Promise<OpenDatabase> {
  const given = await databaseUrl();
  if (given === undefined && options.env !== undefined)
    throw new CommandError(`--env ${options.env} needs DATABASE_URL.`);
  if (given !== undefined) {
    refuseUnnamed(given, Boolean(process.env.DATABASE_URL), options);
    const database = postgres(given);
    await refuseOther(database, given, options).catch(async (error) => {
      await database.close();
      throw explained(error, describeDatabase(given));
    });
    return { database, url: given, where: describeDatabase(given), isKept: false, close: () => database.close() };
  }
  const { url, release } = await useDatabase(dataFolder, options);
  const database = postgres(url);
  return {
    database,
    url,
    where: shown(join(dataFolder, "database")),
    isKept: true,
    async close() {
      await database.close();
      await release();
    },
  };
}

/** A path as short as it can be written here. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
