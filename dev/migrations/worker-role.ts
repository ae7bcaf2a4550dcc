/** The role that the Worker signs in as: it reads and writes rows, owns nothing, and is subject to row-level security. */
import { randomBytes } from "node:crypto";
import { CommandError } from "../config.ts";
import { isPostgresError, type LocalDatabase, type Result } from "../local/database.ts";
import { isMigrated } from "./records.ts";

/** The name of the Worker's role in this database. Databases of one server have a role each. */
export function workerRole(database: string): string {
  const role = `${database}_worker`;
  if (Buffer.byteLength(role) <= 63) return role;
  throw new CommandError(`The name of the database ${database} is too long: its Worker's role would be ${role}.`);
}

/**
 * Gives the Worker's role, where there is one, exactly what the Worker needs, also for tables to come. Writes nothing that
 * is so already. Leaves alone the objects of extensions and of other owners, who grant for themselves.
 */
export const grantToWorker = `do $$
declare
  worker constant regrole := to_regrole(quote_ident(current_database() || '_worker'));
  found record;
begin
  if worker is null then
    return;
  end if;
  for found in
    select nspname from pg_namespace
    where nspname in ('public', 'drizzle') and not has_schema_privilege(worker, oid, 'usage')
  loop
    execute format('grant usage on schema %I to %s', found.nspname, worker);
  end loop;
  for found in
    select 'table drizzle.__drizzle_migrations' as object, 'select' as wanted
    where not has_table_privilege(worker, 'drizzle.__drizzle_migrations', 'select')
    union all
    select object, wanted from (
      select oid, relacl, case relkind when 'S' then 'sequence ' else 'table ' end || oid::regclass as object,
        case relkind when 'S' then 'usage' when 'm' then 'select' else 'delete, insert, select, update' end as wanted
      from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and pg_has_role(relowner, 'usage')
        and not exists (select from pg_depend where deptype = 'e' and classid = 'pg_class'::regclass and objid = pg_class.oid)
    ) as relations
    where wanted is distinct from (
      select string_agg(lower(privilege_type), ', ' order by privilege_type) from aclexplode(relacl) where grantee = worker
    )
    union all
    select 'routine ' || oid::regprocedure, 'execute'
    from pg_proc
    where pronamespace = 'public'::regnamespace and not has_function_privilege(worker, oid, 'execute')
      and pg_has_role(proowner, 'usage')
  loop
    execute format('revoke all on %s from %s', found.object, worker);
    execute format('grant %s on %s to %s', found.wanted, found.object, worker);
  end loop;
  for found in
    select * from (values
      ('r', 'tables', 'select, insert, update, delete'), ('S', 'sequences', 'usage'), ('f', 'routines', 'execute')
    ) as kinds (letter, kind, privileges)
    where not exists (
      select from pg_default_acl, aclexplode(defaclacl)
      where defaclrole = current_user::regrole and defaclnamespace = 'public'::regnamespace
        and defaclobjtype = letter::"char" and grantee = worker
    )
  loop
    execute format('alter default privileges in schema public grant %s on %s to %s', found.privileges, found.kind, worker);
  end loop;
end
$$`;

export type WorkerRole = {
  name: string;
  /** Undefined where the role has kept the password that it had. */
  password: string | undefined;
};

/**
 * Makes the Worker's role of this database, or mends it, and gives it what it needs. Repeatable. Throws {@link CommandError} if
 * a Worker must not use the role, or if ours may not make roles.
 */
export async function makeWorkerRole(database: LocalDatabase, { newPassword = false } = {}): Promise<WorkerRole> {
  const name = workerRole(database.name);
  const password = randomBytes(24).toString("base64url");
  const isNew = await created(database, name, password);
  await refuseUnfit(database, name);
  if (!isNew && newPassword) await run(database, `alter role ${quoted(name)} password '${password}'`);
  await pinSettings(database, name);
  await run(database, `grant connect on database ${quoted(database.name)} to ${quoted(name)}`);
  // Before PostgreSQL 15, everybody might create objects there.
  const { rows } = await run(database, "select has_schema_privilege($1, 'public', 'create')", [name]);
  if (rows[0]?.[0] === "t") await run(database, "revoke create on schema public from public");
  if (await isMigrated({ run: (query) => run(database, query) })) await run(database, grantToWorker);
  return { name, password: isNew || newPassword ? password : undefined };
}

/** The settings by which the Worker reads times, and sends what is null in a list: a database or a server may have others. */
const pinned = ["DateStyle=ISO, MDY", "array_nulls=on"];

/** Writes nothing that is so already: two processes at once would meet each other. */
async function pinSettings(database: LocalDatabase, name: string): Promise<void> {
  const { rows } = await run(database, "select array_to_json(rolconfig) from pg_roles where rolname = $1", [name]);
  const known: unknown = JSON.parse(rows[0]?.[0] ?? "[]");
  if (pinned.every((setting) => Array.isArray(known) && known.includes(setting))) return;
  for (const setting of pinned) {
    const [parameter = "", value = ""] = setting.split("=");
    await run(database, `alter role ${quoted(name)} set ${parameter} = ${value}`);
  }
}

/** Lets the role that has made the Worker's act as it, for a server of this machine that needs no password then. */
export async function mayActAs(database: LocalDatabase, role: string): Promise<void> {
  const { rows } = await run(database, "select rolsuper from pg_roles where rolname = current_user");
  if (rows[0]?.[0] !== "t") await run(database, `grant ${quoted(role)} to current_user`);
}

async function created(database: LocalDatabase, name: string, password: string): Promise<boolean> {
  const { rows } = await run(database, "select from pg_roles where rolname = $1", [name]);
  if (rows.length > 0) return false;
  try {
    await run(database, `create role ${quoted(name)} login password '${password}'`);
    return true;
  } catch (error) {
    if (!isPostgresError(error)) throw error;
    // Another process was faster.
    if (error.code === "42710" || error.code === "23505") return false;
    if (error.code !== "42501") throw error;
    throw new CommandError(
      `The role of DATABASE_URL may not make roles: run this as one that may, or have it granted: alter role … createrole.`,
    );
  }
}

/** Refuses a role that row-level security would not bind, or whose owner rights a Worker must not have. */
async function refuseUnfit(database: LocalDatabase, name: string): Promise<void> {
  const query = `
    select concat_ws(', ', case when rolsuper then 'is a superuser' end, case when rolbypassrls then 'may bypass row-level security' end,
      case when rolcreaterole then 'may make roles' end,
      case when exists (select from pg_class where relowner = pg_roles.oid and relnamespace = 'public'::regnamespace) then 'owns tables' end,
      case when rolname = current_user then 'is the role of DATABASE_URL' end,
      (select 'is a member of ' || string_agg(roleid::regrole::text, ', ') from pg_auth_members where member = pg_roles.oid))
    from pg_roles where rolname = $1`;
  const { rows } = await run(database, query, [name]);
  const fault = rows[0]?.[0];
  if (!fault) return;
  throw new CommandError(
    `The role ${name} ${fault}, so a Worker must not use it. Take that from it, or drop it and run this again.`,
  );
}

function run(database: LocalDatabase, query: string, params: string[] = []): Promise<Result> {
  return database.run({ query, params });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
