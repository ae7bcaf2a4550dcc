import { CommandError } from "../config.ts";
import type { SchemaBreak } from "./breaks.ts";
import type { Migration } from "./files.ts";
import type { MigrationEffects } from "./watch.ts";

/** `-- plinth: may drop column items.title: nothing reads it since version 12`. */
const marker = /^-- plinth: may (.+?): *(.*)$/gm;

/**
 * Throws {@link CommandError} for a migration that the running version may not bear, unless a line of its file says why it may;
 * and for such a line about a change that the file does not make.
 */
export function checkBreaks(migrations: Migration[], effects: MigrationEffects[]): void {
  const faults = migrations.flatMap((migration) => {
    const file = `drizzle/${migration.tag}.sql`;
    const breaks = effects.find((effect) => effect.file === file)?.breaks ?? [];
    const allowed = allowedIn(migration);
    return [
      ...breaks.filter(({ change }) => !allowed.has(change)).map((found) => breakSentence(file, found)),
      ...[...allowed].flatMap(([change, reason]) => allowanceFault(file, change, reason, breaks)),
    ];
  });
  if (faults.length === 0) return;
  throw new CommandError(
    `${faults.join("\n")}\n\nWhile a deploy migrates, and after a rollback, the older version runs on the new schema. Expand first, ` +
      "and contract when no version needs the old any more: see docs/migrations.md. Where the change may be made now, say why in the " +
      "file, and then run npm run db:seal.",
  );
}

/** The changes that a file says it may make, each with its reason. */
function allowedIn({ statements }: Migration): Map<string, string> {
  const text = statements.map(({ sql }) => sql).join("\n");
  return new Map([...text.matchAll(marker)].map(([, change = "", reason = ""]) => [change.trim(), reason.trim()]));
}

function breakSentence(file: string, { change, why }: SchemaBreak): string {
  return `${file} would ${change}: ${why}.\n  -- plinth: may ${change}: …`;
}

function allowanceFault(file: string, change: string, reason: string, breaks: SchemaBreak[]): string[] {
  if (!breaks.some((found) => found.change === change))
    return [`${file} says that it may ${change}, which it does not do.`];
  return /\w.*\s.*\w/.test(reason) ? [] : [`${file} says that it may ${change}, but not why.`];
}
