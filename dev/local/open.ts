import { join, relative } from "node:path";
import { databaseUrl, dataFolder, describeDatabase } from "../config.ts";
import type { LocalDatabase } from "./database.ts";
import { useDatabase } from "./kept/use.ts";
import { postgres } from "./postgres.ts";

export type OpenDatabase = {
  database: LocalDatabase;
  /** A `postgresql://` URL, with its password. */
  url: string;
  /** For people: where it is, without its password. */
  where: string;
  /** Whether it is the one that is kept in the data folder. */
  isKept: boolean;
  close(): Promise<void>;
};

type Options = Parameters<typeof useDatabase>[1];

/** Opens the Postgres that the environment or `.dev.vars` names, or else the kept one, whose server it starts where it does not run. */
export async function openDatabase(options: Options = {}): Promise<OpenDatabase> {
  const given = await databaseUrl();
  if (given !== undefined) {
    const database = postgres(given);
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
