import { and, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { auditEvents, mails, users } from "../db/schema.ts";
import type { AuditKind, MailKindName } from "../values.ts";
import { firstIdAt, isOlderId, keyset, newestFirst, type PageRequest } from "./keyset.ts";
import { counterOf, takesRoom } from "./mails.ts";

/** An event to record, and the mail that tells the account's owner, if any. */
export type NewAuditEvent = typeof auditEvents.$inferInsert & { notice?: Notice };
/** `pepper` is for {@link takesRoom}; an operator has none, and no bound. */
type Notice = {
  id: string;
  kind: MailKindName;
  data: object;
  /** The data for those who are told besides, which names no network. */
  dataForOthers?: object;
  pepper?: string;
};

/** An event as the database has it, and the mails of its notice. */
export type RecordedEvent = Pick<typeof auditEvents.$inferSelect, "id" | "kind" | "user_id"> & { mail_ids: string[] };

/** The filter of a list: the account, the kind, `since` inclusive and `until` exclusive. */
export type AuditEventFilter = {
  userId?: string | undefined;
  organizationId?: string | undefined;
  kind?: AuditKind | undefined;
  since?: string | undefined;
  until?: string | undefined;
};

/** The queries of audit events. */
export const AuditEvents = {
  /**
   * Records an event and its notice, with these details besides. `when` is checked after the preceding statements. Without a
   * notice, an idempotent request can keep it.
   */
  insert(db: Database, event: NewAuditEvent, when: SQL = sql`true`, details?: SQL) {
    const from = [event, sql`where ${when}`, details && { details }] as const;
    return db.execute<{ id: string }>(
      event.notice ? sql`with ${written(...from)} select id from event` : recording(...from),
    );
  },

  /** Those of these events that are recorded. A notice may be a mail to several, or to nobody. */
  recorded(db: Database, events: readonly NewAuditEvent[]) {
    const ids = `{${events.map(({ id }) => id)}}`;
    const notices = `{${events.map(({ notice }) => notice?.id ?? "null")}}`;
    const mail_ids = sql<string[]>`to_json(array(
      select m.id from unnest(${ids}::uuid[], ${notices}::uuid[]) as made (event_id, notice_id)
      join ${mails} as m on m.id between ${ofEach(sql`notice_id`, "0000-000000000000")} and ${ofEach(sql`notice_id`, "ffff-ffffffffffff")}
      where made.event_id = ${auditEvents.id} and m.created_at = now()::timestamptz(3) order by m.id))`;
    return db
      .select({ id: auditEvents.id, kind: auditEvents.kind, user_id: auditEvents.user_id, mail_ids })
      .from(auditEvents)
      .where(sql`${auditEvents.id} = any(${ids}::uuid[])`)
      .orderBy(auditEvents.id);
  },

  /**
   * Removes some of the events older than this many days. Their trigger refuses it, unless `Purge.allow` precedes it.
   */
  purge(db: Database, days: number, limit: number) {
    const isOld = sql`created_at <= now() - make_interval(days => ${days}::int)`;
    return db.execute<{ id: string }>(sql`
      delete from ${auditEvents} where id in (
        select id from ${auditEvents} where ${isOld} and ${isOlderId(days)} order by id limit ${limit}::int)
      returning id`);
  },

  /** A page of events, newest first. */
  list(db: Database, { userId, organizationId, kind, since, until }: AuditEventFilter, { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(auditEvents.id), auditEvents.id, after);
    return db
      .select({ ...getTableColumns(auditEvents), sort_key: sortKey })
      .from(auditEvents)
      .where(
        and(
          userId === undefined ? undefined : eq(auditEvents.user_id, userId),
          organizationId === undefined ? undefined : eq(auditEvents.organization_id, organizationId),
          kind === undefined ? undefined : eq(auditEvents.kind, kind),
          since === undefined
            ? undefined
            : and(gte(auditEvents.created_at, since), gte(auditEvents.id, firstIdAt(since, -1))),
          until === undefined
            ? undefined
            : and(lt(auditEvents.created_at, until), lt(auditEvents.id, firstIdAt(until, 1))),
          past,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit);
  },
};

/** True if this event was recorded. */
export function isWritten(event: NewAuditEvent): SQL {
  return sql`exists (select from ${auditEvents} where id = ${event.id}::uuid)`;
}

/** A common table expression: a query and its name in `with`. */
export type CommonTable = { name: string; query: SQL };
/**
 * `details` is an object in JSON, made of a row of the source, which joins those of event and notice. `told` selects the ids
 * of those who get the notice, for an event `e`: otherwise the account concerned. `isEach` if the source may have many rows.
 */
type Whose = {
  userId?: SQL;
  organizationId?: SQL;
  owner?: SQL;
  name?: string;
  details?: SQL;
  told?: SQL;
  isEach?: true;
};

/** Records an event inside the statement that causes it: {@link telling} in its `with`. */
export function written(event: NewAuditEvent, source: SQL, whose: Whose = {}): SQL {
  const tables = telling(event, source, whose).map(({ name, query }) => sql`${sql.identifier(name)} as (${query})`);
  return sql.join(tables, sql`, `);
}

/**
 * Makes the tables `event` and, for a notice, `notice`, prefixed by `name`: a row each per row of `source`, once
 * however often it is sent. The notice goes to the address from before the statement, or to that of `owner`.
 */
export function telling(event: NewAuditEvent, source: SQL, whose: Whose = {}): CommonTable[] {
  const { owner = sql`${users}`, name = "", details: more, told: recipients } = whose;
  const { request_id, notice } = event;
  const recorded = { name: `${name}event`, query: recording(event, source, whose) };
  if (!notice) return [recorded];
  const { pepper, kind: mailKind } = notice;
  const to = (u: SQL) => ({
    kind: mailKind,
    userId: sql`${u}.id`,
    recipient: sql`${u}.email`,
    isVerified: sql`${u}.email_verified_at is not null`,
  });
  const mail = { id: recipients ? sql`u.mail_id` : notice.id, ...to(sql`u`) };
  // Of two statements that tell the same people, the later one waits at the first counter.
  const inOrder = recipients && pepper !== undefined ? sql`order by ${counterOf(to(sql`o`), pepper)}` : sql``;
  const told = {
    name: `${name}notice`,
    query: sql`
      insert into ${mails} (id, user_id, kind, recipient, data, request_id)
      select u.mail_id, u.id, ${notice.kind}, u.email,
        jsonb_build_object('name', u.username)
          || case when u.is_concerned then ${JSON.stringify(notice.data)}::jsonb
            else ${JSON.stringify(notice.dataForOthers ?? notice.data)}::jsonb end${more && sql` || u.details`},
        ${request_id ?? null}
      from (
        select o.id, o.email, o.username, o.email_verified_at, o.id = e.user_id as is_concerned,
          ${recipients ? idOfEach(notice.id) : sql`${notice.id}::uuid`} as mail_id${more && sql`, e.details`}
        from ${sql.identifier(recorded.name)} as e
        ${recipients ? sql`cross join lateral (${recipients}) as r (id)` : sql``}
        join ${owner} as o on o.id = ${recipients ? sql`r.id` : sql`e.user_id`}
        ${inOrder} offset 0
      ) as u
      where ${pepper === undefined ? sql`true` : takesRoom(mail, pepper)}`,
  };
  return [recorded, told];
}

/** The statement of the table `event`. */
function recording(event: NewAuditEvent, source: SQL, whose: Whose = {}): SQL {
  const { id, kind, actor_id, request_id, network, details } = event;
  const { userId = sql`${event.user_id ?? null}::uuid`, details: more, isEach } = whose;
  const { organizationId = sql`${event.organization_id ?? null}::uuid` } = whose;
  return sql`
    insert into ${auditEvents} (id, kind, user_id, actor_id, organization_id, request_id, network, details)
    select ${isEach ? idOfEach(id) : sql`${id}::uuid`}, ${kind}, ${userId}, ${actor_id ?? null}::uuid, ${organizationId}, ${request_id ?? null},
      ${network ?? null}, ${JSON.stringify(details ?? {})}::jsonb${more && sql` || ${more}`}
    ${source}
    on conflict (id) do nothing
    returning id, kind, user_id, organization_id${more && sql`, details`}`;
}

/** An id for each row: this one for the first, and others of the same time. */
function idOfEach(id: string): SQL {
  return sql`case row_number() over () when 1 then ${id}::uuid
    else ${ofEach(sql`${id}`, sql`right(gen_random_uuid()::text, 17)`)} end`;
}

/** The id with another end, which keeps its time. */
function ofEach(id: SQL, end: SQL | string): SQL {
  return sql`overlay(${id}::text placing ${end} from 20)::uuid`;
}
