import { and, eq, getTableColumns, isNotNull, isNull, ne, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { invitations, members, organizations, slugs, users } from "../db/schema.ts";
import type { Caller, Membership, UserMembership } from "../security/caller.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";
import { type Hold, holding } from "./guards.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { memberRole, permissionsOf, roleInOrganization } from "./organization-roles.ts";
import { isShared } from "./organization-rows.ts";
import { withRoom } from "./owned.ts";
import { requireVersion, type Versions } from "./versions.ts";

export type NewOrganization = { id: string; name: string; slug: string; owner_id: string };

/** The days for which a slug that was given up leads to nobody else, and the number of them that are kept. */
const heldSlugs = { days: 90, most: 3 };

const { etag: _etag, ...columns } = getTableColumns(organizations);
const held = permissionsOf(sql`${members.organization_id}`, sql`(${memberRole})`);
const organizationColumns = {
  ...columns,
  etag: organizations.etag,
  role: memberRole,
  permissions: sql<string[]>`to_json(${held})`,
  /** Tells, beside the version, what each member sees. */
  variant: variantOf(sql`concat(${memberRole}, ${held})`),
};

/** The queries of organizations. A caller sees those of which they are a member. */
export const Organizations = {
  /** Raises 23505 if the name or the slug is taken. Respects the bound of {@link withRoom}. */
  insert(db: Database, values: NewOrganization, most: number) {
    return db
      .insert(organizations)
      .values(withRoom(organizations, [values], most))
      .returning({ id: organizations.id });
  },

  /** Makes the owner a member, with the role that is left after a transfer. */
  insertOwner(db: Database, id: string, { id: userId }: Caller) {
    return db
      .insert(members)
      .values({ organization_id: id, user_id: userId, role: "admin" })
      .returning({ role: members.role });
  },

  /** Keeps this slug for the organization, unless another one had it in the last days. */
  claimSlug(db: Database, id: string, slug: string) {
    return db.execute(sql`
      insert into ${slugs} as s (slug, organization_id) values (${slug}, ${id}::uuid)
      on conflict (slug) do update set organization_id = excluded.organization_id, released_at = null
      where s.organization_id = excluded.organization_id or s.released_at <= now() - make_interval(days => ${heldSlugs.days}::int)
      returning slug`);
  },

  /** Follows {@link Organizations.claimSlug}: ends the transaction (SQLSTATE PT40S) if it claimed nothing. */
  requireSlug(db: Database, id: string, slug: string) {
    return db.execute(sql`
      select refuse('PT40S', -1)
      where not exists (select from ${slugs} where slug = ${slug} and organization_id = ${id}::uuid)`);
  },

  /** Gives up the organization's other slugs, and frees the oldest of those that it gave up before. */
  releaseSlugs(db: Database, id: string, slug: string) {
    return db.execute(sql`
      with freed as (
        delete from ${slugs} where slug in (
          select slug from ${slugs} where organization_id = ${id}::uuid and slug <> ${slug} and released_at is not null
          order by released_at desc offset ${heldSlugs.most - 1}::int)
      )
      update ${slugs} set released_at = now()
      where organization_id = ${id}::uuid and slug <> ${slug} and released_at is null`);
  },

  /** The live organization, as this member sees it. No row for a key of the organization, which is no member. */
  find(db: Database, { organizationId, userId }: Membership) {
    return db
      .select(organizationColumns)
      .from(organizations)
      .innerJoin(members, and(eq(members.organization_id, organizations.id), sql`${members.user_id} = ${userId}::uuid`))
      .where(and(eq(organizations.id, organizationId), isNull(organizations.deleted_at)));
  },

  /** The organization of an invitation that was accepted, as its new member sees it: following its link again is no error. */
  findInvited(db: Database, tokenHash: string, caller: Caller) {
    const invited = sql`(select i.organization_id from ${invitations} as i
      where i.token_hash = ${tokenHash} and i.accepted_at is not null)`;
    return db
      .select(organizationColumns)
      .from(organizations)
      .innerJoin(members, and(eq(members.organization_id, organizations.id), eq(members.user_id, caller.id)))
      .where(and(eq(organizations.id, invited), isNull(organizations.deleted_at)));
  },

  /** A page of the caller's organizations, newest first: the live ones, or their own deleted ones. */
  list(
    db: Database,
    caller: Caller,
    { status, days }: { status: "live" | "deleted"; days: number },
    { after, limit }: PageRequest,
  ) {
    const { past, orderBy, sortKey } = keyset(newestFirst(organizations.id), organizations.id, after);
    const isListed =
      status === "live"
        ? isNull(organizations.deleted_at)
        : and(isRestorable(days), eq(organizations.owner_id, caller.id));
    return db
      .select({ ...organizationColumns, sort_key: sortKey })
      .from(organizations)
      .innerJoin(members, eq(members.organization_id, organizations.id))
      .where(and(eq(members.user_id, caller.id), isListed, past))
      .orderBy(...orderBy)
      .limit(limit);
  },

  requireVersion(db: Database, { organizationId }: Membership, versions: Versions) {
    return requireVersion(db, organizations, isLive(organizationId), versions);
  },

  /** Precedes a restoration that is meant for some versions. */
  requireDeletedVersion(db: Database, id: string, caller: Caller, days: number, versions: Versions) {
    return requireVersion(db, organizations, isOwnToBringBack(id, caller, days), versions);
  },

  update(
    db: Database,
    { organizationId }: Membership,
    changes: { name?: string | undefined; slug?: string | undefined },
    event: NewAuditEvent,
  ) {
    const { name = null, slug = null } = changes;
    return db.execute<{ id: string }>(sql`
      with changed as (
        update ${organizations} set name = coalesce(${name}, name), slug = coalesce(${slug}, slug)
        where ${isLive(organizationId)} returning id
      ),
      ${written(event, sql`from changed`)}
      select id from changed`);
  },

  /** Deletes softly: nobody reaches it or its rows, but its owner can restore it until it is purged. */
  delete(db: Database, { organizationId, userId }: UserMembership, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with gone as (
        update ${organizations} set deleted_at = now(), next_owner_id = null
        where ${isLive(organizationId)} returning id, name, owner_id
      ),
      ${written(event, sql`from gone`, {
        userId: sql`owner_id`,
        details: sql`jsonb_build_object('organization', name)`,
        told: sql`select owner_id from gone where owner_id <> ${userId}::uuid`,
      })}
      select id from gone`);
  },

  /** Restores the caller's own organization in these days. Raises 23505 if its name was taken meanwhile. */
  restore(db: Database, id: string, caller: Caller, days: number, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with back as (
        update ${organizations} set deleted_at = null
        where ${isOwnToBringBack(id, caller, days)}
        returning id
      ),
      ${written(event, sql`from back`)}
      select id from back`);
  },

  /**
   * Precedes changes of an organization, its members, roles, invitations and keys: those of one organization come one after
   * another, so that each sees those before it. A transaction that also holds an account holds that first.
   */
  hold(db: Database, { organizationId }: Pick<Membership, "organizationId">): Hold {
    return holding(db, sql`select from ${organizations} where id = ${organizationId}::uuid for no key update`);
  },

  /** Offers the organization to another member. Only its owner can, also after a wait for another transfer. */
  offer(db: Database, { organizationId, userId: ownerId }: UserMembership, userId: string, event: NewAuditEvent) {
    const isMember = sql`exists (select from ${members} as m join ${users} as u on u.id = m.user_id
      where m.organization_id = ${organizationId}::uuid and m.user_id = ${userId}::uuid
        and u.deleted_at is null and u.is_active)`;
    return db.execute<{ id: string }>(sql`
      with offered as (
        update ${organizations} set next_owner_id = ${userId}::uuid
        where ${and(isLive(organizationId), ne(organizations.owner_id, userId), isMember)}
          and owner_id = ${ownerId}::uuid
        returning id, name
      ),
      ${written(event, sql`from offered`, { details: sql`jsonb_build_object('organization', name)` })}
      select id from offered`);
  },

  /** Takes an offer back, by the owner or by the member who has it, whom the event concerns. */
  cancelOffer(db: Database, { organizationId, userId }: UserMembership, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with offered as (
        select id, next_owner_id from ${organizations}
        where ${isLive(organizationId)} and next_owner_id is not null and ${userId}::uuid in (owner_id, next_owner_id)
        for no key update
      ),
      cancelled as (
        update ${organizations} as o set next_owner_id = null from offered where o.id = offered.id
        returning o.id, offered.next_owner_id
      ),
      ${written(event, sql`from cancelled`, { userId: sql`next_owner_id` })}
      select id from cancelled`);
  },

  /**
   * Makes the caller the owner, if the organization was offered to them and they own less than `most`; the event concerns
   * the former owner. If they later transfer it, they stay an admin. Runs after account and organization are locked.
   */
  acceptOffer(db: Database, { organizationId, userId }: UserMembership, most: number, event: NewAuditEvent) {
    return db.execute<{ has_room: boolean }>(sql`
      with member as (
        select m.user_id from ${members} as m join ${users} as u on u.id = m.user_id
        where m.organization_id = ${organizationId}::uuid and m.user_id = ${userId}::uuid and u.deleted_at is null
        for no key update of m
      ),
      judged as (
        select o.id, o.owner_id as former_id, member.user_id,
          ${most}::int > (select count(*) from ${organizations} as own where own.owner_id = member.user_id) as has_room
        from ${organizations} as o, member
        where o.id = ${organizationId}::uuid and o.deleted_at is null and o.next_owner_id = member.user_id
      ),
      transferred as (
        update ${organizations} as o set owner_id = judged.user_id, next_owner_id = null from judged
        where o.id = judged.id and has_room
        returning o.id, o.owner_id, o.name, judged.former_id
      ),
      kept as (
        update ${members} as m set role = 'admin' from transferred as t
        where m.organization_id = t.id and m.user_id = t.owner_id
      ),
      ${written(event, sql`from transferred`, {
        userId: sql`former_id`,
        details: sql`jsonb_build_object('organization', name)`,
      })}
      select has_room from judged`);
  },

  /**
   * Precedes {@link Organizations.requireNoOthers}: holds what an account owns, so that nobody joins and nothing is
   * restored meanwhile.
   */
  holdOwn(db: Database, userId: string): Hold {
    return holding(db, sql`select from ${organizations} where owner_id = ${userId}::uuid order by id for update`);
  },

  /**
   * Precedes the deletion of an account: ends the transaction (SQLSTATE PT40W) if it owns a live organization with other
   * members.
   */
  requireNoOthers(db: Database, userId: string) {
    return db.execute(sql`
      select refuse('PT40W', -1) where exists (
        select from ${organizations} as o where o.owner_id = ${userId}::uuid and ${isShared(sql`o`)})`);
  },

  /** Deletes the organizations in which a deleted user was alone, and records the event for each of them. */
  deleteOwn(db: Database, userId: string, when: SQL, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with gone as (
        update ${organizations} set deleted_at = now(), next_owner_id = null
        where ${and(eq(organizations.owner_id, userId), isNull(organizations.deleted_at), when)}
        returning id
      ),
      ${written(event, sql`from gone`, { organizationId: sql`gone.id`, isEach: true })}
      select id from gone`);
  },
};

/** The deleted organization with this id, if the caller owns it and may still restore it. */
function isOwnToBringBack(id: string, caller: Caller, days: number): SQL | undefined {
  return and(
    eq(organizations.id, id),
    isNotNull(organizations.deleted_at),
    eq(organizations.owner_id, caller.id),
    isRestorable(days),
  );
}

/** True until the purge may take a deleted organization apart. */
function isRestorable(days: number): SQL {
  return sql`${organizations.deleted_at} > now() - make_interval(days => ${days}::int)`;
}

function isLive(organizationId: string): SQL | undefined {
  return and(eq(organizations.id, organizationId), isNull(organizations.deleted_at));
}

/** A column with the memberships of a user in live organizations, as JSON; at most a hundred. */
export function membershipsOf(userId: SQL): SQL<object[]> {
  const held = permissionsOf(sql`m.organization_id`, sql`(${roleInOrganization})`);
  return sql`(
    select coalesce(json_agg(one order by organization_id), '[]') from (
      select o.id as organization_id, o.name, o.slug,
        ${roleInOrganization} as role, ${held} as permissions
      from ${members} as m join ${organizations} as o on o.id = m.organization_id
      where m.user_id = ${userId} and o.deleted_at is null order by o.id limit 100
    ) as one)`;
}

/** A column with the part of an `ETag` for what the row's version does not count. */
export function variantOf(text: SQL): SQL<string> {
  return sql`'-' || (hashtext(${text}) & 2147483647)`;
}
