import type { LocalDatabase } from "../local/database.ts";

const inPublic = (namespace: string) => `${namespace} = 'public'::regnamespace`;
/** Excludes objects that belong to an extension. */
const isOurs = (catalog: string, oid: string) =>
  `not exists (select from pg_depend where deptype = 'e' and classid = '${catalog}'::regclass and objid = ${oid})`;

const catalog = `
select 'table ' || relname, concat_ws(' ', 'kind', relkind, 'row security', relrowsecurity, relforcerowsecurity,
    'grants', relacl, pg_get_viewdef(case when relkind in ('v', 'm') then oid end))
  from pg_class where ${inPublic("relnamespace")} and relkind in ('r', 'p', 'v', 'm', 'S') and ${isOurs("pg_class", "oid")}
union all
select 'column ' || attrelid::regclass || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod),
    case when attnotnull then 'not null' end, nullif(attidentity, ''),
    case attgenerated when '' then 'default' else 'generated ' || attgenerated::text end, pg_get_expr(adbin, adrelid),
    'collate ' || nullif(attcollation, typcollation)::regcollation::text, attacl)
  from pg_attribute join pg_class on pg_class.oid = attrelid join pg_type on pg_type.oid = atttypid
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where ${inPublic("relnamespace")} and relkind in ('r', 'p') and attnum > 0 and not attisdropped and ${isOurs("pg_class", "attrelid")}
union all
select 'constraint ' || conname || ' on ' || conrelid::regclass, pg_get_constraintdef(oid)
  from pg_constraint where ${inPublic("connamespace")} and conrelid <> 0 and contype <> 'n' and ${isOurs("pg_class", "conrelid")}
union all
select 'index ' || indexrelid::regclass, pg_get_indexdef(indexrelid) || case when indisvalid then '' else ' (invalid)' end
  from pg_index join pg_class on pg_class.oid = indexrelid where ${inPublic("relnamespace")} and ${isOurs("pg_class", "indrelid")}
union all
select 'trigger ' || tgname || ' on ' || tgrelid::regclass, pg_get_triggerdef(pg_trigger.oid) || ' enabled ' || tgenabled::text
  from pg_trigger join pg_class on pg_class.oid = tgrelid where ${inPublic("relnamespace")} and not tgisinternal
union all
select 'policy ' || polname || ' on ' || polrelid::regclass, concat_ws(' ', polcmd, polpermissive, polroles::regrole[]::text,
    pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
  from pg_policy
union all
select 'function ' || oid::regprocedure, concat_ws(' ', pg_get_functiondef(oid), proowner::regrole, 'grants', proacl)
  from pg_proc where ${inPublic("pronamespace")} and prokind in ('f', 'p', 'w') and ${isOurs("pg_proc", "oid")}
union all
select 'enum ' || typname, string_agg(enumlabel, ', ' order by enumsortorder)
  from pg_type join pg_enum on enumtypid = pg_type.oid where ${inPublic("typnamespace")} and ${isOurs("pg_type", "pg_type.oid")}
  group by typname
order by 1`;

/** Every object of the schema `public` by its kind and name, with its whole definition; the order of columns is left out. */
export async function readCatalog(database: LocalDatabase): Promise<Map<string, string>> {
  const { rows } = await database.run({ query: catalog, params: [] });
  return new Map(rows.map(([object, definition]) => [object ?? "", definition ?? ""]));
}
