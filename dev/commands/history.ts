import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Problem } from "../config.ts";
import type { LocalDatabase } from "../local/database.ts";

/** Each migration that 0000_init has replaced, with the hashes of every text that it had. */
const History = z.object({ replaces: z.array(z.object({ tag: z.string(), hashes: z.array(z.string()) })) });

/**
 * Where the database has applied the migrations that 0000_init replaces: upgrades it to where 0000_init begins, and records
 * 0000_init in their stead. Returns whether there was anything to do.
 */
export async function adoptInit(database: LocalDatabase, migrationsFolder: string, hashes: string[]): Promise<boolean> {
  const folder = join(migrationsFolder, "history");
  const { replaces } = History.parse(JSON.parse(await readFile(join(folder, "0000_init.json"), "utf8")));
  const applied = replaces.filter((old) => old.hashes.some((hash) => hashes.includes(hash)));
  if (applied.length === 0) return false;
  const missing = replaces.find((old) => !applied.includes(old));
  if (missing) {
    throw new Problem(
      `The database has ${applied.length} of the ${replaces.length} migrations that 0000_init replaces; ${missing.tag} is missing. ` +
        "Check out the last commit that has it in drizzle/, run npm run db:migrate there, and then here.",
    );
  }
  const init = await readFile(join(migrationsFolder, "0000_init.sql"));
  const { entries } = JSON.parse(await readFile(join(migrationsFolder, "meta/_journal.json"), "utf8"));
  const upgrade = await readFile(join(folder, "0000_init.sql"), "utf8");
  const record = `insert into drizzle.__drizzle_migrations (hash, created_at) values ('${createHash("sha256").update(init).digest("hex")}', ${Number(entries[0].when)})`;
  const statements = [...upgrade.split("--> statement-breakpoint"), "delete from drizzle.__drizzle_migrations", record];
  await database.transaction(
    statements.map((query) => ({ query, params: [] })),
    {},
  );
  return true;
}
