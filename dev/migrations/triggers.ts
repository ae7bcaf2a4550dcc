import { CommandError } from "../config.ts";
import type { Snapshot } from "./snapshot.ts";

/** The tables whose rows have a version, which a trigger moves: drizzle-kit knows no triggers. */
export function versionedTables({ tables }: Snapshot): string[] {
  const columns = ["version", "updated_at"];
  return Object.values(tables)
    .filter((table) => columns.every((column) => column in table.columns))
    .map(({ name }) => name);
}

/** The statement that makes the trigger of such a table. */
export function touchTrigger(table: string): string {
  return `create trigger "${table}_touch" before update on "${table}" for each row\nexecute function touch_row();`;
}

/** Throws {@link CommandError} unless each of these tables has its trigger, for every change and enabled. */
export function checkTriggers(catalog: Map<string, string>, declared: Snapshot): void {
  const touched = [...catalog].flatMap(([object, definition]) => {
    const [, table] = /^trigger \S+ on "?(\w+)"?$/.exec(object) ?? [];
    const isTouch = / BEFORE UPDATE ON \S+ FOR EACH ROW EXECUTE FUNCTION touch_row\(\) enabled [OA]$/.test(definition);
    return table && isTouch ? [table] : [];
  });
  const missing = versionedTables(declared).filter((table) => !touched.includes(table));
  if (missing.length === 0) return;
  throw new CommandError(
    `A change would leave "version" and "updated_at" as they are in ${missing.join(", ")}, and the ETag with them.\n` +
      "Put the trigger into a new migration (npm run db:generate -- --custom):\n\n" +
      missing.map(touchTrigger).join("\n--> statement-breakpoint\n"),
  );
}
