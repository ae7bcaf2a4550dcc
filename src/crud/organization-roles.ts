import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { customRoles, invitations, members, organizations } from "../db/schema.ts";
import { builtInRoles } from "../permissions.ts";
import type { Membership, UserMembership } from "../security/caller.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";

/** The largest number of roles that an organization makes for itself. */
const mostRoles = 50;

/** The outcome of a statement about a role: whether it happened, and otherwise the reasons why not. */
type Outcome = { changed: boolean; exists: boolean; has_room: boolean; may: boolean; used: boolean };

/** The queries of the roles that organizations make for themselves. Nobody gives a role more than they have. */
export const OrganizationRoles = {
  list(db: Database, { organizationId }: Membership) {
    const { name, permissions, created_at } = customRoles;
    return db
      .select({ name, permissions, created_at })
      .from(customRoles)
      .where(eq(customRoles.organization_id, organizationId))
      .orderBy(asc(name));
  },

  find(db: Database, member: Membership, name: string) {
    const { permissions, created_at } = customRoles;
    return db
      .select({ name: customRoles.name, permissions, created_at })
      .from(customRoles)
      .where(isRoleOf(member, name));
  },

  /** Makes a role, unless it has more permissions than the caller. Raises 23505 if there is one of this name. */
  insert(db: Database, member: UserMembership, role: { name: string; permissions: string[] }, event: NewAuditEvent) {
    const { organizationId } = member;
    const wanted = arrayOf(role.permissions);
    return db.execute<Outcome>(sql`
      with judged as (
        select true as exists, ${wanted} <@ ${permissionsOfMember(member)} as may, false as used,
          ${mostRoles}::int > (select count(*) from ${customRoles} where organization_id = ${organizationId}::uuid) as has_room
      ),
      changed as (
        insert into ${customRoles} (organization_id, name, permissions)
        select ${organizationId}::uuid, ${role.name}, ${wanted} from judged where may and has_room
        returning name
      ),
      ${written(event, sql`from changed`)}
      ${outcome}`);
  },

  /** Gives a role other permissions. Neither the old ones nor the new ones may be more than the caller's. */
  update(db: Database, member: UserMembership, role: { name: string; permissions: string[] }, event: NewAuditEvent) {
    const wanted = arrayOf(role.permissions);
    return db.execute<Outcome>(sql`
      with held as (select permissions from ${customRoles} where ${isRoleOf(member, role.name)} for update),
      judged as (
        select exists (select from held) as exists, true as has_room, false as used,
          coalesce((select permissions from held), '{}') || ${wanted} <@ ${permissionsOfMember(member)} as may
      ),
      changed as (
        update ${customRoles} set permissions = ${wanted} from judged where ${isRoleOf(member, role.name)} and may
        returning name
      ),
      ${written(event, sql`from changed`)}
      ${outcome}`);
  },

  /** Removes a role that no member and no open invitation has. */
  delete(db: Database, member: UserMembership, name: string, event: NewAuditEvent) {
    const isOf = (table: SQL) =>
      sql`${table}.organization_id = ${member.organizationId}::uuid and ${table}.role = ${name}`;
    return db.execute<Outcome>(sql`
      with held as (select permissions from ${customRoles} where ${isRoleOf(member, name)} for update),
      judged as (
        select exists (select from held) as exists, true as has_room,
          coalesce((select permissions from held), '{}') <@ ${permissionsOfMember(member)} as may,
          exists (select from ${members} as m where ${isOf(sql`m`)})
            or exists (select from ${invitations} as i where ${isOf(sql`i`)} and ${isOpen(sql`i`)}) as used
      ),
      changed as (
        delete from ${customRoles} using judged where ${isRoleOf(member, name)} and may and not used
        returning name
      ),
      ${written(event, sql`from changed`)}
      ${outcome}`);
  },
};

const outcome = sql`select judged.*, exists (select from changed) as changed from judged`;

function isRoleOf({ organizationId }: Membership, name: string): SQL | undefined {
  return and(eq(customRoles.organization_id, organizationId), eq(customRoles.name, name));
}

/** True for an invitation that was neither answered nor withdrawn. */
export function isOpen(invitation: SQL): SQL {
  return sql`(${invitation}.accepted_at is null and ${invitation}.declined_at is null and ${invitation}.revoked_at is null)`;
}

/** The permissions of a role in an organization; none if there is no such role. */
export function permissionsOf(organizationId: SQL, role: SQL): SQL<string[]> {
  const known = Object.entries(builtInRoles).map(([name, held]) => sql`when ${name} then ${arrayOf(held)}`);
  return sql`case ${role} ${sql.join(known, sql` `)} else coalesce((
    select r.permissions from ${customRoles} as r where r.organization_id = ${organizationId} and r.name = ${role}), '{}') end`;
}

/** True for a role that members of this organization can have. `owner` is not one: ownership is transferred. */
export function isAssignable(organizationId: SQL, role: SQL): SQL {
  const known = Object.keys(builtInRoles).filter((name) => name !== "owner");
  return sql`(${role} = any(${arrayOf(known)}) or exists (
    select from ${customRoles} as r where r.organization_id = ${organizationId} and r.name = ${role}))`;
}

/** A column with the role of a member of an organization, for which ownership stands above all. */
export const memberRole = sql<string>`case when ${organizations.owner_id} = ${members.user_id} then 'owner' else ${members.role} end`;
/** {@link memberRole} in SQL by hand, for a member `m` of an organization `o`. */
export const roleInOrganization = sql<string>`case when o.owner_id = m.user_id then 'owner' else m.role end`;

/** The permissions that the caller has now. */
export function permissionsOfMember({ organizationId, userId }: UserMembership): SQL<string[]> {
  return sql`coalesce((
    select ${permissionsOf(sql`m.organization_id`, sql`(${roleInOrganization})`)}
    from ${members} as m join ${organizations} as o on o.id = m.organization_id
    where m.organization_id = ${organizationId}::uuid and m.user_id = ${userId}::uuid), '{}')`;
}

function arrayOf(texts: readonly string[]): SQL {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(texts)}::jsonb))`;
}
