import { isDeepStrictEqual } from "node:util";
import { CommandError } from "../config.ts";
import type { LocalDatabase } from "../local/database.ts";
import { checkBreaks } from "./allowances.ts";
import { readCatalog } from "./catalog.ts";
import { readMigrations } from "./files.ts";
import { migrate } from "./migrate.ts";
import { checkForced } from "./policies.ts";
import { type Snapshot, statementsFor } from "./snapshot.ts";
import { checkTriggers } from "./triggers.ts";
import { watchEffects } from "./watch.ts";

/** Throws {@link CommandError} if the schema file has changed since the last snapshot. */
export function checkSnapshot(last: Snapshot, current: Snapshot): void {
  const { id: _, prevId: _p, ...ours } = current;
  const { id: _i, prevId: _q, ...theirs } = last;
  if (isDeepStrictEqual(ours, theirs)) return;
  const changed = [...new Set([...Object.keys(ours.tables), ...Object.keys(theirs.tables)])].filter(
    (key) => !isDeepStrictEqual(ours.tables[key], theirs.tables[key]),
  );
  const where = changed.length > 0 ? ` (${changed.map((key) => key.replace(/^public\./, "")).join(", ")})` : "";
  throw new CommandError(`src/db/schema.ts has changed since the last migration${where}: run npm run db:generate.`);
}

/**
 * Throws {@link CommandError} if the migrations make anything but `declared` of the empty `database`: edits by hand are in
 * no snapshot; or if one of them does what the running version may not bear. Leaves the tables of `declared` behind.
 */
export async function checkDatabase(database: LocalDatabase, folder: string, declared: Snapshot): Promise<void> {
  const { watch, effects } = watchEffects();
  await migrate(database, { folder, watch });
  const migrated = await readCatalog(database);
  checkFunctions(migrated);
  checkTriggers(migrated, declared);
  checkForced(migrated, declared);
  await dropTables(database);
  const statements = await statementsFor(declared);
  await database.transaction(
    statements.map((query) => ({ query, params: [] })),
    {},
  );
  const differences = differencesBetween(migrated, await readCatalog(database));
  if (differences.length === 0) return checkBreaks(await readMigrations(folder), effects);
  throw new CommandError(
    `A database made by drizzle/ is not what src/db/schema.ts declares:\n\n${differences.join("\n")}\n\n` +
      "Put that right in a new migration (npm run db:generate -- --custom), or in src/db/schema.ts.",
  );
}

/** The kinds that drizzle-kit knows. Functions, triggers and grants come from migrations only. */
const declarable = /^(table|column|constraint|index|policy|enum) /;

function differencesBetween(migrated: Map<string, string>, declared: Map<string, string>): string[] {
  const objects = [...new Set([...migrated.keys(), ...declared.keys()])].filter((object) => declarable.test(object));
  const excluding = new Set([...migrated].flatMap(([object, made]) => indexOfExclusion(object, made)));
  return objects.toSorted().flatMap((object) => {
    const [made, wanted] = [migrated.get(object), declared.get(object)];
    // An exclusion comes from migrations only, and brings an index of its name.
    if (made === wanted || made?.startsWith("EXCLUDE") || excluding.has(object)) return [];
    // drizzle cannot declare which columns of a key are set to null, so that one may be named by hand.
    if (made?.replace(/ SET (NULL|DEFAULT) \([^)]*\)/, " SET $1") === wanted) return [];
    if (made === undefined) return `- ${object} is missing: ${statementFor(object, wanted ?? "")}`;
    if (wanted === undefined) return `- ${object} is not declared: ${made}`;
    return `- ${object} is ${made}, and declared as ${wanted}`;
  });
}

function indexOfExclusion(object: string, made: string): string[] {
  const [, name] = /^constraint (\S+) on /.exec(object) ?? [];
  return name && made.startsWith("EXCLUDE") ? [`index ${name}`] : [];
}

function statementFor(object: string, definition: string): string {
  const [, name, table] = /^constraint (\S+) on (\S+)$/.exec(object) ?? [];
  if (object.startsWith("index ")) return `${definition};`;
  return name && table ? `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition};` : definition;
}

/**
 * Requires each function to have a search path, or to name the schema of all that it uses, and a `revoke`: it would
 * otherwise use the caller's path, and be open to anybody who can connect.
 */
function checkFunctions(catalog: Map<string, string>): void {
  for (const [object, definition] of catalog) {
    if (!object.startsWith("function ")) continue;
    const name = object.slice("function ".length);
    const [unqualified] = unqualifiedNames(definition, catalog);
    if (!/^ SET search_path TO (?!.*\$user)/m.test(definition) && unqualified !== undefined) {
      throw new CommandError(
        `The function ${name} has no search path: add "set search_path = public, pg_temp" to it, or write public.${unqualified}.`,
      );
    }
    if (!/ grants \{/.test(definition) || /[{,]=X/.test(definition)) {
      throw new CommandError(
        `Anybody may call the function ${name}: add "revoke execute on function ${name} from public".`,
      );
    }
  }
}

/** The tables, types and functions of the schema that the body of a function uses without it. */
function unqualifiedNames(definition: string, catalog: Map<string, string>): string[] {
  const [, body = definition] = /^AS \$function\$([\s\S]*)\$function\$/m.exec(definition) ?? [];
  const names = [...catalog.keys()].flatMap((object) => /^(?:table|enum|function) (\w+)/.exec(object)?.[1] ?? []);
  return names.filter((name) => new RegExp(`(?<![\\w.])${name}\\b`, "i").test(body));
}

async function dropTables(database: LocalDatabase): Promise<void> {
  const query = `do $$
    declare object record;
    begin
      for object in
        select case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end as kind, oid::regclass::text as name
          from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
            and not exists (select from pg_depend where deptype in ('e', 'a', 'i') and classid = 'pg_class'::regclass and objid = pg_class.oid)
        union all
        select 'type', oid::regtype::text from pg_type where typnamespace = 'public'::regnamespace and typtype = 'e'
          and not exists (select from pg_depend where deptype = 'e' and classid = 'pg_type'::regclass and objid = pg_type.oid)
      loop
        execute format('drop %s if exists %s cascade', object.kind, object.name);
      end loop;
    end $$`;
  await database.run({ query, params: [] });
}
