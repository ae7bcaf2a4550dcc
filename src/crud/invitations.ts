import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { invitations, mails, members, organizations, users } from "../db/schema.ts";
import type { Caller, Membership, UserMembership } from "../security/caller.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";
import { type Hold, holding } from "./guards.ts";
import { keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { takesRoom } from "./mails.ts";
import { isAssignable, isOpen, permissionsOf, permissionsOfMember } from "./organization-roles.ts";

/** A link to send: its mail, the hash of its token, and the bounds on both. */
export type InvitationLink = {
  mail: { id: string; seed: string; pepper: string };
  tokenHash: string;
  days: number;
  /**
   * The number of invitations that an organization, and each member in all of theirs, may send in a burst, refilled
   * over a day.
   */
  perDay: number;
};

/** The outcome of an invitation: the reasons why it was not sent. */
type Outcome = {
  has_role: boolean;
  may: boolean;
  is_member: boolean;
  is_open: boolean;
  is_verified: boolean;
  /** Seconds until the organization may send another one; 0 if it may. */
  wait: number;
};

const status = sql<"open" | "expired" | "accepted" | "declined" | "revoked">`case
  when accepted_at is not null then 'accepted' when declined_at is not null then 'declined'
  when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'open' end`;
const { id, email, role, invited_by, created_at, sent_at, expires_at } = invitations;

/** The queries of invitations. */
export const Invitations = {
  /**
   * Invites an address and writes the mail, if the caller has verified an address of their own. Replaces an invitation that
   * has expired; refuses one that is open, or for a member. Is the same work whether or not the address has an account.
   */
  insert(
    db: Database,
    member: UserMembership,
    invitation: { id: string; email: string; role: string },
    link: InvitationLink,
    event: NewAuditEvent,
  ) {
    const organizationId = sql`${member.organizationId}::uuid`;
    const to = sql`${invitation.email}::text`;
    return db.execute<Outcome>(sql`
      with judged as materialized (
        select ${isAssignable(organizationId, sql`${invitation.role}::text`)} as has_role,
          ${permissionsOf(organizationId, sql`${invitation.role}::text`)} <@ ${permissionsOfMember(member)} as may,
          exists (
            select from ${members} as m join ${users} as u on u.id = m.user_id
            where m.organization_id = ${organizationId} and lower(u.email) = lower(${to}) and u.deleted_at is null
          ) as is_member,
          exists (
            select from ${invitations} as i where i.organization_id = ${organizationId}
              and lower(i.email) = lower(${to}) and ${isOpen(sql`i`)} and i.expires_at > now()
          ) as is_open, ${isVerified(member)} as is_verified
      ),
      room as materialized (
        select ${roomFor(member, link)} as wait from judged
        where has_role and may and is_verified and not is_member and not is_open
      ),
      ended as (
        update ${invitations} as i set revoked_at = now() from room
        where wait = 0 and i.organization_id = ${organizationId} and lower(i.email) = lower(${to}) and ${isOpen(sql`i`)}
        returning i.id
      ),
      sent as (
        insert into ${invitations} (id, organization_id, email, role, invited_by, token_hash, expires_at)
        select ${invitation.id}::uuid, ${organizationId}, ${to}, ${invitation.role}, ${member.userId}::uuid,
          ${link.tokenHash}, ${expiry(link)}
        from room where wait = 0 and (select count(*) from ended) >= 0
        returning id, email, organization_id
      ),
      ${mailed(link, event)},
      ${written(event, sql`from sent`)}
      select judged.*, coalesce((select wait from room), 0) as wait from judged`);
  },

  /** Sends an open or expired invitation anew, by another token. */
  resend(db: Database, member: UserMembership, invitationId: string, link: InvitationLink, event: NewAuditEvent) {
    return db.execute<Pick<Outcome, "wait" | "may" | "is_verified">>(sql`
      with held as materialized (
        select id, ${permissionsOf(sql`i.organization_id`, sql`i.role`)} <@ ${permissionsOfMember(member)} as may,
          ${isVerified(member)} as is_verified
        from ${invitations} as i
        where i.id = ${invitationId}::uuid and organization_id = ${member.organizationId}::uuid and ${isOpen(sql`i`)}
        for update
      ),
      room as materialized (select ${roomFor(member, link)} as wait from held where may and is_verified),
      sent as (
        update ${invitations} as i set token_hash = ${link.tokenHash}, sent_at = now(), expires_at = ${expiry(link)}
        from held, room where i.id = held.id and wait = 0
        returning i.id, i.email, i.organization_id
      ),
      ${mailed(link, event)},
      ${written(event, sql`from sent`)}
      select may, is_verified, coalesce((select wait from room), 0) as wait from held`);
  },

  find(db: Database, { organizationId }: Membership, invitationId: string) {
    return db
      .select({ id, email, role, invited_by, created_at, sent_at, expires_at, status })
      .from(invitations)
      .where(and(eq(invitations.organization_id, organizationId), eq(id, invitationId)));
  },

  /** A page of the organization's invitations, newest first. */
  list(db: Database, { organizationId }: Membership, { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(id), id, after);
    return db
      .select({ id, email, role, invited_by, created_at, sent_at, expires_at, status, sort_key: sortKey })
      .from(invitations)
      .where(and(eq(invitations.organization_id, organizationId), past))
      .orderBy(...orderBy)
      .limit(limit);
  },

  /** Withdraws an open invitation. */
  revoke(db: Database, { organizationId }: Membership, invitationId: string, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with revoked as (
        update ${invitations} as i set revoked_at = now()
        where i.id = ${invitationId}::uuid and organization_id = ${organizationId}::uuid and ${isOpen(sql`i`)}
        returning id
      ),
      ${written(event, sql`from revoked`)}
      select id from revoked`);
  },

  /** Precedes {@link Invitations.accept}: holds the organization, so that its members are counted one after another. */
  holdOrganization(db: Database, tokenHash: string): Hold {
    const organizationId = sql`(select organization_id from ${invitations} where token_hash = ${tokenHash})`;
    return holding(db, sql`select from ${organizations} where id = ${organizationId} for no key update`);
  },

  /**
   * Uses an invitation up, once even in a race, and makes the caller a member if their account has the invited address,
   * verified. No row if it is not, or no longer, good.
   */
  accept(db: Database, tokenHash: string, { id: userId }: Caller, most: number, event: NewAuditEvent) {
    return db.execute<{ organization_id: string; has_room: boolean }>(sql`
      with invited as (
        select i.id, i.organization_id, i.role from ${invitations} as i
        join ${users} as u on lower(u.email) = lower(i.email)
        join ${organizations} as o on o.id = i.organization_id
        where i.token_hash = ${tokenHash} and ${isOpen(sql`i`)} and i.expires_at > now()
          and u.id = ${userId}::uuid and u.email_verified_at is not null and u.deleted_at is null
          and o.deleted_at is null
        for update of i
      ),
      judged as (
        select invited.*, ${most}::int > (
          select count(*) from ${members} as m where m.organization_id = invited.organization_id) as has_room
        from invited
      ),
      used as (
        update ${invitations} as i set accepted_at = now() from judged where i.id = judged.id and has_room
        returning i.organization_id
      ),
      joined as (
        insert into ${members} (organization_id, user_id, role)
        select organization_id, ${userId}::uuid, role from judged where has_room
        on conflict do nothing returning organization_id
      ),
      ${written(event, sql`from joined`, { organizationId: sql`organization_id` })}
      select organization_id, has_room from judged where has_room is not true or exists (select from used)`);
  },

  /** Removes some of the invitations that expired more than this many days ago. */
  purge(db: Database, days: number, limit: number) {
    return db.execute<{ id: string }>(sql`
      delete from ${invitations} where id in (
        select id from ${invitations} where expires_at <= now() - make_interval(days => ${days}::int)
        order by expires_at limit ${limit}::int for update skip locked)
      returning id`);
  },

  /** Declines an invitation by its token. No row if it is not, or no longer, good. */
  decline(db: Database, tokenHash: string, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with declined as (
        update ${invitations} as i set declined_at = now()
        where i.token_hash = ${tokenHash} and ${isOpen(sql`i`)} and i.expires_at > now()
        returning id, organization_id
      ),
      ${written(event, sql`from declined`, { organizationId: sql`organization_id` })}
      select id from declined`);
  },
};

function expiry({ days }: InvitationLink): SQL {
  return sql`now() + make_interval(days => ${days}::int)`;
}

/**
 * The seconds until organization and member may send another invitation. Counts this one with both, if it may be sent.
 */
function roomFor({ organizationId, userId }: UserMembership, { perDay }: InvitationLink): SQL {
  const limits = sql`${perDay}::int, ${86_400 / perDay}::float8`;
  const [ours, theirs] = [`invitations:${organizationId}`, `invitations:${userId}`];
  return sql`coalesce(nullif(wait_for_room(${ours}, ${limits}), 0), nullif(take_room(${theirs}, ${limits}), 0),
    take_room(${ours}, ${limits}))`;
}

/** True if the member has verified the address of their account. */
function isVerified({ userId }: UserMembership): SQL {
  return sql`exists (select from ${users} as u where u.id = ${userId}::uuid and u.email_verified_at is not null)`;
}

/** Writes the mail of a `sent` invitation, if its mailbox has room. */
function mailed({ mail }: InvitationLink, { request_id }: NewAuditEvent): SQL {
  const about = {
    id: mail.id,
    kind: "invitation",
    userId: sql`null::uuid`,
    recipient: sql`one.email`,
    isVerified: sql`false`,
  } as const;
  return sql`mail as (
    insert into ${mails} (id, kind, recipient, data, request_id)
    select ${mail.id}::uuid, 'invitation', one.email,
      jsonb_build_object('name', one.email, 'organization', one.name, 'invitation_id', one.id, 'seed', ${mail.seed}::text),
      ${request_id ?? null}
    from (
      select sent.id, sent.email, o.name from sent join ${organizations} as o on o.id = sent.organization_id offset 0
    ) as one
    where ${takesRoom(about, mail.pepper)}
  )`;
}
