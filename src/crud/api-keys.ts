import { and, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { apiKeys, members, organizations, users } from "../db/schema.ts";
import { builtInRoles, type Permission } from "../permissions.ts";
import type { Caller } from "../security/caller.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";
import { type Hold, holding } from "./guards.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { permissionsOf, roleInOrganization } from "./organization-roles.ts";

/** The owner of keys. */
export type KeyOwner = { userId: string } | { organizationId: string };

export type NewApiKey = {
  id: string;
  owner: KeyOwner;
  madeBy: string;
  name: string;
  permissions: Permission[];
  networks: string[];
  expiresAt: string | null;
  secretHash: string;
};

/** Fields that are left out keep their values. */
export type ApiKeyChanges = {
  name?: string | undefined;
  permissions?: Permission[] | undefined;
  networks?: string[] | undefined;
  expires_at?: string | null | undefined;
};

const { secret_hash: _secret, previous_hash: _previous, ...shown } = getTableColumns(apiKeys);
const columns = sql.join(
  Object.values(shown).map(({ name }) => sql.identifier(name)),
  sql`, `,
);
type Row = Omit<typeof apiKeys.$inferSelect, "secret_hash" | "previous_hash">;

/** The queries of API keys. No answer holds a hash. */
export const ApiKeys = {
  /**
   * Serializes changes of one owner's keys: each sees the changes before it, and whether the owner still exists.
   */
  lockOwner(db: Database, owner: KeyOwner): Hold {
    const { table, id } = ownerOf(owner);
    return holding(db, sql`select from ${table} where id = ${id}::uuid for no key update`);
  },

  /**
   * Unique by name without case among keys that are not revoked: raises 23505. Ends the transaction (SQLSTATE PT507) if
   * the owner has `most` of them. No row if the owner is gone.
   */
  insert(db: Database, key: NewApiKey, most: number, event: NewAuditEvent) {
    const { id, owner, madeBy, name, permissions, networks, expiresAt, secretHash } = key;
    const { column, table, id: ownerId, isLive } = ownerOf(owner);
    const kept = sql`(select count(*) from ${apiKeys} where ${isKeptBy(owner)})`;
    return db.execute<Row>(sql`
      with made as (
        insert into ${apiKeys} (id, ${sql.identifier(column.name)}, made_by, name, permissions, networks, expires_at, secret_hash)
        select ${id}::uuid, id, ${madeBy}::uuid, ${name}, ${listOf(permissions)}::text[], ${networksOf(networks)},
          ${expiresAt}::timestamptz, ${secretHash}
        from ${table}
        where id = ${ownerId}::uuid and ${isLive}
          and (${kept} < ${most}::int or refuse('PT507', -1))
        returning ${columns}
      ),
      ${written(event, sql`from made`, about(sql`made`, owner))}
      select * from made`);
  },

  find(db: Database, id: string, owner: KeyOwner) {
    return db
      .select(shown)
      .from(apiKeys)
      .where(and(eq(apiKeys.id, id), isKeptBy(owner)));
  },

  /** A page of the owner's keys that are not revoked, newest first. */
  list(db: Database, owner: KeyOwner, { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(apiKeys.id), apiKeys.id, after);
    return db
      .select({ ...shown, sort_key: sortKey })
      .from(apiKeys)
      .where(and(isKeptBy(owner), past))
      .orderBy(...orderBy)
      .limit(limit);
  },

  /**
   * Precedes a change of an organization's key by a member, and holds it: ends the transaction (SQLSTATE PT40P) unless
   * the member has all of its permissions. Otherwise a new secret would give them more than their role does.
   */
  requirePermissions(db: Database, id: string, organizationId: string, { id: userId }: Caller) {
    const known = JSON.stringify(builtInRoles);
    const roles = sql`array(select key from jsonb_each(${known}::jsonb) as role where role.value @> to_jsonb(permissions))`;
    return db.execute(sql`
      select require_member(${userId}::uuid, ${organizationId}::uuid, ${roles}, permissions,
        'all permissions of the key in the organization')
      from ${apiKeys} where id = ${id}::uuid and ${isKeptBy({ organizationId })} for no key update`);
  },

  /** Changes a key that is not revoked, and records the event if anything differs. */
  update(db: Database, id: string, owner: KeyOwner, changes: ApiKeyChanges, event: NewAuditEvent) {
    const { name, permissions, networks, expires_at } = changes;
    const values = sql.join(
      [
        sql`updated_at = now()`,
        ...(name === undefined ? [] : [sql`name = ${name}`]),
        ...(permissions === undefined ? [] : [sql`permissions = ${listOf(permissions)}::text[]`]),
        ...(networks === undefined ? [] : [sql`networks = ${networksOf(networks)}`]),
        ...(expires_at === undefined ? [] : [sql`expires_at = ${expires_at}::timestamptz`]),
      ],
      sql`, `,
    );
    const differs = sql`(held.name, held.permissions, held.networks, held.expires_at)
      is distinct from (changed.name, changed.permissions, changed.networks, changed.expires_at)`;
    return db.execute<Row>(sql`
      with held as (select * from ${apiKeys} where id = ${id}::uuid and ${isKeptBy(owner)} for no key update),
      changed as (
        update ${apiKeys} set ${values} from held where ${apiKeys.id} = held.id returning ${ofTable}
      ),
      ${written(event, sql`from held, changed where ${differs}`, about(sql`changed`, owner))}
      select * from changed`);
  },

  /**
   * Gives a key that has not expired another secret. The current one counts for this many more seconds, an older one no
   * longer. `is_rotated` is false for an expired one.
   */
  rotate(
    db: Database,
    {
      id,
      owner,
      secretHash,
      overlapSeconds,
    }: { id: string; owner: KeyOwner; secretHash: string; overlapSeconds: number },
    event: NewAuditEvent,
  ) {
    return db.execute<Row & { is_rotated: boolean }>(sql`
      with held as (select * from ${apiKeys} where id = ${id}::uuid and ${isKeptBy(owner)} for no key update),
      rotated as (
        update ${apiKeys} set secret_hash = ${secretHash}, previous_hash = held.secret_hash,
          previous_until = now() + make_interval(secs => ${overlapSeconds}::int), updated_at = now()
        from held where ${apiKeys.id} = held.id and (held.expires_at is null or held.expires_at > now())
        returning ${ofTable}
      ),
      ${written(event, sql`from rotated`, about(sql`rotated`, owner))}
      select ${columns}, true as is_rotated from rotated
      union all select ${columns}, false from held where not exists (select from rotated)`);
  },

  /** Revokes a key for good. */
  revoke(db: Database, id: string, owner: KeyOwner, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with ended as (
        update ${apiKeys} set revoked_at = now(), updated_at = now()
        where id = ${id}::uuid and ${isKeptBy(owner)} returning id, name
      ),
      ${written(event, sql`from ended`, about(sql`ended`, owner))}
      select id from ended`);
  },

  /** Revokes all keys of a user, and records the event for each. `when` is checked after the preceding statements. */
  revokeAll(db: Database, userId: string, when: SQL, event: NewAuditEvent) {
    return revoking(db, and(isKeptBy({ userId }), when), event);
  },

  /** Details of an event: how many keys of the user this transaction has revoked, and how many work on, if any. */
  countOf(userId: string): SQL {
    const count = (which: SQL) => sql`nullif((select count(*) from ${apiKeys}
      where ${apiKeys.user_id} = ${userId}::uuid and ${which}), 0)::text`;
    const revoked = sql`${apiKeys.revoked_at} = now()::timestamptz(3)`;
    const live = sql`${apiKeys.revoked_at} is null and (${apiKeys.expires_at} is null or ${apiKeys.expires_at} > now())`;
    return sql`jsonb_strip_nulls(jsonb_build_object('api_keys_revoked', ${count(revoked)}, 'api_keys_kept', ${count(live)}))`;
  },

  /** Follows the deletion of organizations in this transaction: revokes their keys, and records the event for each. */
  revokeWithOrganizations(db: Database, which: { id: string } | { ownerId: string }, event: NewAuditEvent) {
    const column = "id" in which ? organizations.id : organizations.owner_id;
    const id = "id" in which ? which.id : which.ownerId;
    const gone = sql`(select ${organizations.id} from ${organizations}
      where ${column} = ${id}::uuid and ${organizations.deleted_at} = now()::timestamptz(3))`;
    return revoking(db, and(sql`${apiKeys.organization_id} in ${gone}`, isNull(apiKeys.revoked_at)), event);
  },

  /** Notes that a key was used, at most once an hour. */
  noteUse(db: Database, id: string) {
    return db
      .update(apiKeys)
      .set({ last_used_at: sql`now()` })
      .where(
        and(
          eq(apiKeys.id, id),
          sql`(${apiKeys.last_used_at} is null or ${apiKeys.last_used_at} <= now() - interval '1 hour')`,
        ),
      );
  },

  /** Removes some of the keys that were revoked, or have expired, more than this many days ago. */
  purge(db: Database, days: number, limit: number) {
    const ended = sql`least(revoked_at, expires_at)`;
    return db.execute<{ id: string }>(sql`
      delete from ${apiKeys} where id in (
        select id from ${apiKeys} where ${ended} <= now() - make_interval(days => ${days}::int)
        order by ${ended} limit ${limit}::int for update skip locked)
      returning id`);
  },
};

function revoking(db: Database, which: SQL | undefined, event: NewAuditEvent) {
  const details = sql`jsonb_build_object('api_key_id', ended.id, 'key_name', ended.name)`;
  return db.execute<{ id: string }>(sql`
    with ended as (
      update ${apiKeys} set revoked_at = now(), updated_at = now() where ${which} returning id, name, organization_id
    ),
    ${written(event, sql`from ended`, { organizationId: sql`ended.organization_id`, details, isEach: true })}
    select id from ended`);
}

const ofTable = sql.join(Object.values(shown), sql`, `);

/** The name of the key, for the event and the notice, which goes to all who manage the keys of an organization. */
function about(row: SQL, owner: KeyOwner) {
  const named = sql`jsonb_build_object('key_name', ${row}.name)`;
  if ("userId" in owner) return { details: named };
  const { organizationId } = owner;
  const name = sql`(select o.name from ${organizations} as o where o.id = ${organizationId}::uuid)`;
  return { details: sql`${named} || jsonb_build_object('organization', ${name})`, told: managers };
}

/** Those who may manage the keys of the organization of an event `e`: at most twenty, the actor and its owner first. */
const managers = sql`
  select m.user_id from ${members} as m
  join ${organizations} as o on o.id = m.organization_id join ${users} as u on u.id = m.user_id
  where m.organization_id = e.organization_id and u.deleted_at is null
    and 'keys:manage' = any (${permissionsOf(sql`m.organization_id`, sql`(${roleInOrganization})`)})
  order by m.user_id = e.user_id desc, m.user_id = o.owner_id desc, m.user_id limit 20`;

/** The column, the row and the condition of an owner. */
function ownerOf(owner: KeyOwner) {
  return "userId" in owner
    ? { column: apiKeys.user_id, table: users, id: owner.userId, isLive: sql`is_active and deleted_at is null` }
    : {
        ...{ column: apiKeys.organization_id, table: organizations, id: owner.organizationId },
        isLive: sql`deleted_at is null`,
      };
}

/** True for the owner's keys that are not revoked. */
function isKeptBy(owner: KeyOwner): SQL | undefined {
  const { column, id } = ownerOf(owner);
  return and(eq(column, id), isNull(apiKeys.revoked_at));
}

/** An array in PostgreSQL's notation. No permission and no network holds a character to escape. */
function listOf(texts: readonly string[]): string {
  return `{${texts.join()}}`;
}

function networksOf(networks: readonly string[]): SQL {
  return sql`${listOf(networks)}::cidr[]`;
}
