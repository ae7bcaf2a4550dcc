import { and, eq, getTableColumns, gt, inArray, isNull, ne, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { auditEvents, sessions, users } from "../db/schema.ts";
import type { SessionCaller } from "../security/caller.ts";
import { type NewAuditEvent, written } from "./audit-events.ts";
import { isOlderId, keyset, newestFirst, type PageRequest } from "./keyset.ts";

/** The lifetimes of sessions, by the database's clock. */
export type SessionLimits = { idleDays: number; absoluteDays: number; graceSeconds: number };

const {
  token_hash: _current,
  previous_hashes: _previous,
  previous_until: _until,
  ...shown
} = getTableColumns(sessions);

/** The most rotations that a session remembers: more tabs than a person starts within the grace. */
const burst = 50;

export type NewSession = {
  id: string;
  userId: string;
  tokenHash: string;
  userAgent: string | null;
  network: string | null;
};

/** The queries of sessions. */
export const Sessions = {
  /**
   * Opens a session for a live, active user whose password has one of these hashes; no row otherwise. Locks the user's
   * row, as a change of password does, so that no session slips in beside one.
   */
  open(db: Database, session: NewSession, passwordHashes: string[], limits: SessionLimits) {
    const { id, userId, tokenHash, userAgent, network } = session;
    return db.execute<{ id: string }>(sql`
      with owner as (
        select id from ${users}
        where id = ${userId}::uuid and ${inArray(users.password_hash, passwordHashes)} and is_active and deleted_at is null
        for no key update
      )
      insert into ${sessions} (id, user_id, token_hash, user_agent, network, expires_at)
      select ${id}::uuid, id, ${tokenHash}, ${userAgent}, ${network}, ${expiry(limits, sql`now()`)} from owner
      returning id`);
  },

  /** Notes that the password was proved in this session, while the account has it. */
  prove(db: Database, { id, sessionId }: SessionCaller, passwordHash: string, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with proved as (
        update ${sessions} as s set proved_at = now() from ${users} as u
        where s.id = ${sessionId}::uuid and u.id = s.user_id and u.id = ${id}::uuid and u.password_hash = ${passwordHash}
        returning s.id
      ),
      ${written(event, sql`from proved`)}
      select id from proved`);
  },

  /**
   * Ends a user's live sessions beyond `most`, least recently used first, but never `opened`. Must follow
   * {@link Sessions.open}, whose lock on the user makes parallel sign-ins take turns.
   */
  endSurplus(db: Database, userId: string, opened: string, most: number, event: NewAuditEvent) {
    return db.execute<{ id: string }>(sql`
      with surplus as (
        select id from ${sessions} where ${isLiveOf(userId)} and id <> ${opened}::uuid and ${isSessionOpen(opened)}
        order by last_used_at desc, id desc offset ${most - 1}::int
      ),
      ended as (update ${sessions} set revoked_at = now() where id in (select id from surplus) returning id),
      ${written(event, sql`where exists (select from ended)`)}
      select id from ended`);
  },

  /**
   * Uses a refresh token: the current one rotates, one within the grace gets what is current, an older one is a replay
   * and ends the session. Answers the hashes that are `newer`, newest first; no row if the session or its user is gone.
   */
  rotate(
    db: Database,
    use: { sessionId: string; tokenHash: string; successorHash: string },
    limits: SessionLimits,
    replay: NewAuditEvent,
  ) {
    const position = sql`array_position(s.previous_hashes, ${use.tokenHash}::text)`;
    const isCurrent = sql`s.token_hash = ${use.tokenHash}`;
    const grace = sql`make_interval(secs => ${limits.graceSeconds}::int)`;
    const isGraced = sql`s.previous_until[${position}] > now()`;
    const isBurst = sql`s.previous_until[1] > now()`;
    return db.execute<{ user_id: string; replayed: boolean; newer: string[] }>(sql`
      with used as (update ${sessions} as s set
        token_hash = case when ${isCurrent} then ${use.successorHash} else s.token_hash end,
        previous_hashes = case when ${isCurrent}
          then s.token_hash || case when ${isBurst} then s.previous_hashes[:${burst - 1}] else '{}' end
          else s.previous_hashes end,
        previous_until = case when ${isCurrent}
          then now() + ${grace} || case when ${isBurst} then s.previous_until[:${burst - 1}] else '{}' end
          else s.previous_until end,
        last_used_at = case when ${isCurrent} or ${isGraced} then now() else s.last_used_at end,
        expires_at = case when ${isCurrent} then ${expiry(limits, sql`s.created_at`)} else s.expires_at end,
        revoked_at = case when ${isCurrent} or ${isGraced} then null else now() end
      from ${users} as u
      where s.id = ${use.sessionId}::uuid and s.revoked_at is null and s.expires_at > now()
        and u.id = s.user_id and u.is_active and u.deleted_at is null
      returning s.user_id, s.revoked_at is not null as replayed,
        s.token_hash || s.previous_hashes[:${position} - 1] as newer),
      ${written(replay, sql`from used where replayed`, { userId: sql`user_id` })}
      select * from used`);
  },

  /** A page of the user's live sessions, newest first. */
  list(db: Database, userId: string, { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(sessions.id), sessions.id, after);
    return db
      .select({ ...shown, sort_key: sortKey })
      .from(sessions)
      .where(and(isLiveOf(userId), past))
      .orderBy(...orderBy)
      .limit(limit);
  },

  /** Ends a live user's sessions, one or all but one, and records it if any was live. Answers those that ended. */
  end(db: Database, userId: string, which: { only?: string; except?: string }, event: NewAuditEvent) {
    const { only, except } = which;
    const chosen = and(
      isLiveOf(userId),
      only === undefined ? undefined : eq(sessions.id, only),
      except === undefined ? undefined : ne(sessions.id, except),
    );
    return db.execute<{ id: string }>(sql`
      with ended as (update ${sessions} set revoked_at = now() where ${chosen} returning id),
      ${written(event, sql`where exists (select from ended)`)}
      select id from ended`);
  },

  /** Ends a live session of any user, and records it: a token that we issued for it is enough. */
  signOut(db: Database, id: string, event: NewAuditEvent) {
    return db.execute<{ user_id: string }>(sql`
      with ended as (
        update ${sessions} set revoked_at = now()
        where id = ${id}::uuid and revoked_at is null and expires_at > now()
        returning user_id
      ),
      ${written(event, sql`from ended`, { userId: sql`user_id` })}
      select user_id from ended`);
  },

  /** Ends all sessions of this user except `exceptId`. `when` is checked after the preceding statements. */
  revoke(db: Database, userId: string, exceptId?: string, when?: SQL) {
    return db
      .update(sessions)
      .set({ revoked_at: sql`now()` })
      .where(and(isLiveOf(userId), exceptId === undefined ? undefined : ne(sessions.id, exceptId), when))
      .returning({ id: sessions.id });
  },

  /** Removes some of the sessions that were opened more than this many days ago and have ended. */
  purge(db: Database, days: number, limit: number) {
    const isOld = sql`created_at <= now() - make_interval(days => ${days}::int)`;
    return db.execute<{ id: string }>(sql`
      delete from ${sessions} where id in (
        select id from ${sessions} where ${isOld} and ${isOlderId(days)} and least(expires_at, revoked_at) <= now()
        order by id limit ${limit}::int for update skip locked)
      returning id`);
  },
};

/** True if the session was opened and is live. */
export function isSessionOpen(id: string): SQL {
  return sql`exists (select from ${sessions} where id = ${id}::uuid and revoked_at is null)`;
}

/** The user of a live session. */
export function ownerOfSession(id: string): SQL {
  return sql`select user_id from ${sessions} where id = ${id}::uuid and revoked_at is null`;
}

/** True if the session was opened, and the user has had no other from its network since the password was last reset. */
export function isFirstOfNetwork(id: string): SQL {
  return sql`exists (select from ${sessions} as s where s.id = ${id}::uuid and s.revoked_at is null and not exists (
    select from ${sessions} as o where o.user_id = s.user_id and o.network is not distinct from s.network and o.id <> s.id
      and not exists (select from ${auditEvents} as e
        where e.user_id = s.user_id and e.kind = 'password.reset' and e.created_at >= o.created_at)))`;
}

function isLiveOf(userId: string): SQL | undefined {
  return and(eq(sessions.user_id, userId), isNull(sessions.revoked_at), gt(sessions.expires_at, sql`now()`));
}

function expiry({ idleDays, absoluteDays }: SessionLimits, opened: SQL): SQL {
  return sql`least(now() + make_interval(days => ${idleDays}::int), ${opened} + make_interval(days => ${absoluteDays}::int))`;
}
