import type { LocalSession } from "../local/database.ts";

/** An object of the schema `public`. Its `id` stays when it is renamed or changed. */
export type SchemaObject = {
  kind: "table" | "column" | "constraint" | "index" | "trigger" | "policy" | "function" | "value";
  id: string;
  /** The name as a person writes it: `items.title`, `items_pk on items`. */
  name: string;
  /** The id of its table; an empty text for functions and values of enums. */
  table: string;
  /** The type of a column, or the definition of anything else. */
  definition: string;
  /** Of a table: the file that holds its rows, which a rewrite replaces. */
  storage: string;
  /** Of a column: refuses null. Of an index: is unique. Of a table: has row-level security. */
  isStrict: boolean;
  /** Of a column: has a default, or is generated. Of an index: belongs to a constraint. */
  isFilled: boolean;
  /** Of constraints and indexes: the numbers of their columns. */
  columns: string[];
};

const inPublic = (namespace: string) => `${namespace} = 'public'::regnamespace`;
const isOurs = (catalog: string, oid: string) =>
  `not exists (select from pg_depend where deptype = 'e' and classid = '${catalog}'::regclass and objid = ${oid})`;

/** The first branch names the type of each column: of the type `name`, PostgreSQL would cut all names at 63 bytes. */
const query = `
select 'table', oid::text, relname::text, oid::text, relkind::text, relfilenode::text, relrowsecurity, false, ''
  from pg_class where ${inPublic("relnamespace")} and relkind in ('r', 'p', 'v', 'm', 'S') and ${isOurs("pg_class", "oid")}
union all
select 'column', attrelid || '.' || attnum, attrelid::regclass || '.' || attname, attrelid::text,
    concat_ws(' ', format_type(atttypid, atttypmod), case when attgenerated <> '' then 'generated' end), '', attnotnull,
    atthasdef or attidentity <> '', ''
  from pg_attribute join pg_class on pg_class.oid = attrelid
  where ${inPublic("relnamespace")} and relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped and ${isOurs("pg_class", "attrelid")}
union all
select 'constraint', oid::text, conname || ' on ' || conrelid::regclass, conrelid::text, pg_get_constraintdef(oid), '', true, false,
    array_to_string(conkey, ' ')
  from pg_constraint where ${inPublic("connamespace")} and conrelid <> 0 and contype not in ('n', 't') and ${isOurs("pg_class", "conrelid")}
union all
select 'index', indexrelid::text, relname || ' on ' || indrelid::regclass, indrelid::text, pg_get_indexdef(indexrelid), '', indisunique,
    exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x')), indkey::text
  from pg_index join pg_class on pg_class.oid = indexrelid where ${inPublic("relnamespace")} and ${isOurs("pg_class", "indrelid")}
union all
select 'trigger', pg_trigger.oid::text, tgname || ' on ' || tgrelid::regclass, tgrelid::text, pg_get_triggerdef(pg_trigger.oid), '', true, false, ''
  from pg_trigger join pg_class on pg_class.oid = tgrelid where ${inPublic("relnamespace")} and not tgisinternal and tgparentid = 0
union all
select 'policy', pg_policy.oid::text, polname || ' on ' || polrelid::regclass, polrelid::text, concat_ws(' ', polcmd, polpermissive,
    polroles::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)), '', true, false, ''
  from pg_policy
union all
select 'function', oid::text, oid::regprocedure::text, '', '', '', true, false, ''
  from pg_proc where ${inPublic("pronamespace")} and ${isOurs("pg_proc", "oid")}
union all
select 'value', pg_enum.oid::text, enumlabel || ' of ' || typname, '', '', '', true, false, ''
  from pg_enum join pg_type on pg_type.oid = enumtypid where ${inPublic("typnamespace")}
order by 1, 3`;

/** Every object of the schema by its kind and id. Inside of a transaction, also what it has not committed. */
export async function readObjects(session: LocalSession): Promise<Map<string, SchemaObject>> {
  const { rows } = await session.run(query);
  return new Map(
    rows.map(([kind, id, name, table, definition, storage, isStrict, isFilled, columns]) => [
      `${kind} ${id}`,
      {
        kind: kind as SchemaObject["kind"],
        id: id ?? "",
        name: name ?? "",
        table: table ?? "",
        definition: definition ?? "",
        storage: storage ?? "",
        isStrict: isStrict === "t",
        isFilled: isFilled === "t",
        columns: (columns ?? "").split(" ").filter((column) => column !== ""),
      },
    ]),
  );
}
