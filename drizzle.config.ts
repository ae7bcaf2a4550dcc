import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "drizzle-kit";

const url = process.env.DATABASE_URL || keptDatabase();

export default defineConfig({
  dialect: "postgresql",
  schema: "./src/db/schema.ts",
  out: "./drizzle",
  // For `npx drizzle-kit studio`; making and checking migrations takes no database.
  ...(url && { dbCredentials: { url } }),
});

/** The database of `npm run dev`, where there is one. */
function keptDatabase(): string | undefined {
  const file = join(process.env.PLINTH_DATA || ".plinth", "database", "connection.json");
  if (!existsSync(file)) return undefined;
  const { port, password } = JSON.parse(readFileSync(file, "utf8"));
  return `postgresql://plinth:${password}@127.0.0.1:${port}/plinth`;
}
