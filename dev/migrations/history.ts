import { join } from "node:path";
import { z } from "zod";
import { CommandError } from "../config.ts";
import { readTextIfAny } from "../text.ts";
import { type MigrationStatement, readMigrationFile, statementsOf } from "./files.ts";

/** Each migration that 0000_init replaced, with the hashes of every text it ever had. */
const Replaced = z.object({ replaces: z.array(z.object({ tag: z.string(), hashes: z.array(z.string()) })) });

/** The migrations that the first file replaces, and the statements that bring their database to its state. */
export type History = { replaces: z.infer<typeof Replaced>["replaces"]; upgrade: MigrationStatement[] };

/** Reads `folder/history`; undefined if `tag` replaces nothing. */
export async function readHistory(folder: string, tag: string): Promise<History | undefined> {
  const text = await readTextIfAny(join(folder, "history", `${tag}.json`));
  if (text === "") return undefined;
  const upgrade = await readMigrationFile(join(folder, "history"), `${tag}.sql`);
  return { ...Replaced.parse(JSON.parse(text)), upgrade: statementsOf(upgrade) };
}

/** True if these hashes are those of the replaced migrations. Throws {@link CommandError} for only some of them. */
export function isReplaced({ replaces }: History, hashes: string[]): boolean {
  const applied = replaces.filter((old) => old.hashes.some((hash) => hashes.includes(hash)));
  if (applied.length === 0) return false;
  const missing = replaces.find((old) => !applied.includes(old));
  if (missing === undefined) return true;
  throw new CommandError(
    `The database has ${applied.length} of the ${replaces.length} migrations that one file has replaced since; ${missing.tag} is missing. ` +
      "Check out the last commit that has it in drizzle/, run npm run db:migrate there, and then here.",
  );
}
