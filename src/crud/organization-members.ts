import { and, eq, getTableColumns, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { invitations, members, organizations, users } from "../db/schema.ts";
import type { Membership, UserMembership } from "../security/caller.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import {
  isAssignable,
  isOpen,
  memberRole,
  permissionsOf,
  permissionsOfMember,
  roleInOrganization,
} from "./organization-roles.ts";
import { containing } from "./text.ts";

/** The outcome of a change of a member: whether it happened, and otherwise the reasons why not. */
type Outcome = { changed: boolean; is_owner: boolean; has_role: boolean; may: boolean };

const { id, username, full_name, email } = getTableColumns(users);

/** The queries of the members of an organization. Nobody gives or takes a role that can do more than they can. */
export const OrganizationMembers = {
  /** A page of the members whose accounts are live. `q` is a part of a name, username or e-mail address. */
  list(db: Database, { organizationId }: Membership, q: string | undefined, { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(members.user_id), members.user_id, after);
    return db
      .select({ id, username, full_name, email, role: memberRole, joined_at: members.created_at, sort_key: sortKey })
      .from(members)
      .innerJoin(users, eq(users.id, members.user_id))
      .innerJoin(organizations, eq(organizations.id, members.organization_id))
      .where(
        and(
          eq(members.organization_id, organizationId),
          isNull(users.deleted_at),
          past,
          q === undefined ? undefined : or(containing(email, q), containing(username, q), containing(full_name, q)),
        ),
      )
      .orderBy(...orderBy)
      .limit(limit);
  },

  /** One member, if the account is live. */
  find(db: Database, { organizationId }: Membership, userId: string) {
    return db
      .select({ id, username, full_name, email, role: memberRole, joined_at: members.created_at })
      .from(members)
      .innerJoin(users, eq(users.id, members.user_id))
      .innerJoin(organizations, eq(organizations.id, members.organization_id))
      .where(and(eq(members.organization_id, organizationId), eq(members.user_id, userId), isNull(users.deleted_at)));
  },

  /** Gives a member another role. No row if there is no such member. */
  changeRole(db: Database, member: UserMembership, userId: string, to: string, event: NewAuditEvent) {
    const organizationId = sql`${member.organizationId}::uuid`;
    const given = permissionsOf(organizationId, sql`${to}::text`);
    return db.execute<Outcome>(sql`
      with ${judged(member, userId, { has_role: isAssignable(organizationId, sql`${to}::text`), given })},
      changed as (
        update ${members} as m set role = ${to} from judged where ${isJudged} and has_role
        returning m.organization_id, m.user_id
      ),
      ${withdrawn},
      ${written(event, sql`from changed`, nameOfOrganization)}
      select judged.*, exists (select from changed) as changed from judged`);
  },

  /** Removes a member. No row if there is no such member. */
  delete(db: Database, member: UserMembership, userId: string, event: NewAuditEvent) {
    return db.execute<Outcome>(sql`
      with ${judged(member, userId, { has_role: sql`true`, given: sql`'{}'::text[]` })},
      changed as (
        delete from ${members} as m using judged where ${isJudged} returning m.organization_id, m.user_id
      ),
      ${withdrawn},
      ${unoffered},
      ${written(event, sql`from changed`, nameOfOrganization)}
      select judged.*, exists (select from changed) as changed from judged`);
  },

  /** Ends the caller's own membership. Raises PT40W for the owner. */
  leave(db: Database, { organizationId, userId }: UserMembership, event: NewAuditEvent) {
    return db.execute<{ user_id: string }>(sql`
      with changed as (
        delete from ${members} where organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid
        returning organization_id, user_id
      ),
      ${withdrawn},
      ${unoffered},
      ${written(event, sql`from changed`)}
      select user_id from changed`);
  },
};

/** Holds a member, and compares the permissions that they have, and that they would get, with those of the caller. */
function judged(member: UserMembership, userId: string, { has_role, given }: { has_role: SQL; given: SQL }): SQL {
  return sql`held as (
      select m.organization_id, m.user_id, m.role from ${members} as m join ${users} as u on u.id = m.user_id
      where m.organization_id = ${member.organizationId}::uuid and m.user_id = ${userId}::uuid and u.deleted_at is null
      for update of m
    ),
    judged as (
      select m.organization_id, m.user_id, o.owner_id = m.user_id as is_owner, ${has_role} as has_role,
        ${permissionsOf(sql`m.organization_id`, sql`(${roleInOrganization})`)} || ${given}
          <@ ${permissionsOfMember(member)} as may
      from held as m join ${organizations} as o on o.id = m.organization_id
    )`;
}

/** The name of the organization, for the event and the notice of a changed member. */
const nameOfOrganization = {
  details: sql`(select jsonb_build_object('organization', o.name) from ${organizations} as o where o.id = changed.organization_id)`,
};

/** Withdraws the open invitations of a changed member, by which they could let themselves in again. */
const withdrawn = sql`withdrawn as (
    update ${invitations} as i set revoked_at = now() from changed as c
    where i.organization_id = c.organization_id and i.invited_by = c.user_id and ${isOpen(sql`i`)}
  )`;
/** Takes back an offer of the organization to a member who is gone. */
const unoffered = sql`unoffered as (
    update ${organizations} as o set next_owner_id = null from changed as c
    where o.id = c.organization_id and o.next_owner_id = c.user_id
  )`;

const isJudged = sql`m.organization_id = judged.organization_id and m.user_id = judged.user_id and may and not is_owner`;
