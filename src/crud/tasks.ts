import { and, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { taskSchedules, tasks, throttles } from "../db/schema.ts";
import type { TaskState } from "../values.ts";
import { isWritten, type NewAuditEvent, written } from "./audit-events.ts";
import { firstIdAt, keyset, newestFirst, type PageRequest } from "./keyset.ts";

/** A task to enqueue. `delay` is in seconds. */
export type Enqueueing = {
  id: string;
  name: string;
  input: unknown;
  key: string | undefined;
  delay: number;
  requestId: string | null;
};

/** The rules of a task by which it is claimed. The lease is in seconds. */
export type TaskKind = { name: string; attempts: number; lease: number; concurrency: number | null };

/** A claim of a task: only the newest one of its row holds. */
export type TaskClaim = { id: string; fence: number };

/** A task that was claimed. It is dead instead of running if its attempts were used up. */
export type Claimed = TaskClaim & {
  name: string;
  input: unknown;
  state: "running" | "dead";
  attempt: number;
  error: string | null;
  request_id: string | null;
  created_at: string;
  /** True if this task probes whether tasks of its name, paused after an outage, work again. */
  is_probe: boolean;
};

/** The tasks to claim: all that are due, or only these. */
type Wanted = { ids?: readonly string[] };

/** The tasks to retry: of a name and a state, and that failed for this reason if there is one. */
type Retrying = { name: string; state: TaskState; error?: string | undefined };

/** The tasks that a Worker can run, the names of those that it cannot, and the slots of `every` around now. */
type Upcoming = {
  kinds: readonly Timed[];
  unable: readonly string[];
  slots: readonly (Timed & { slot: string })[];
};
/** A kind of task, and the alarm that rings for it. */
type Timed = { name: string; span: "brief" | "long" };

/** Waits `firstSeconds`, then twice as long each time, up to `mostSeconds`, each varied by half. */
export type Backoff = { firstSeconds: number; mostSeconds: number };

export type TaskFilter = {
  name?: string | undefined;
  state?: TaskState | undefined;
  since?: string | undefined;
  until?: string | undefined;
};

/** The columns that admins see. One that has ended will not run, though the column keeps its last time. */
const shown = {
  ...getTableColumns(tasks),
  run_at: sql<string | null>`case when ${tasks.state} in ('waiting', 'running') then ${tasks.run_at} end`.mapWith(
    tasks.run_at,
  ),
};

/** The queries of tasks. */
export const Tasks = {
  /**
   * Enqueues a task, unless one waits under its key, which then waits for this transaction, too. With `when`, only if
   * that holds after the preceding statements.
   */
  insert(db: Database, { id, name, key, input, delay, requestId }: Enqueueing, when: SQL = sql`true`) {
    return db.execute<{ id: string }>(sql`
      insert into ${tasks} (id, name, key, input, run_at, request_id)
      select ${id}::uuid, ${name}, ${key ?? null}, ${JSON.stringify(input)}::jsonb,
        now() + make_interval(secs => ${delay}::float8), ${requestId}
      where ${when}
      on conflict (name, key) where state = 'waiting' do update set key = excluded.key where false returning id`);
  },

  /**
   * Enqueues the newest slot of each schedule once, if it has come by the database's clock. A schedule that is seen for
   * the first time begins with its next slot.
   */
  schedule(db: Database, slots: readonly { id: string; name: string; slot: string }[]) {
    return db.execute(sql`
      with due as (
        select * from jsonb_to_recordset(${JSON.stringify(slots)}::jsonb) as given (id uuid, name text, slot timestamptz)
        where slot <= now()
      ),
      taken as (
        insert into ${taskSchedules} as known (name, slot) select name, slot from due order by name
        on conflict (name) do update set slot = excluded.slot where known.slot < excluded.slot
        returning name
      )
      insert into ${tasks} (id, name, key, input)
      select due.id, due.name, 'every', '{}' from taken join due using (name)
      where exists (select from ${taskSchedules} as known where known.name = due.name)
      on conflict do nothing`);
  },

  /**
   * Lets the claims of kinds with a bound on their concurrency, or that had a rest, count one after another, and only of
   * those that have a due task. Precedes {@link Tasks.claim}, which claims none of the others.
   */
  lock(db: Database, kinds: readonly TaskKind[], { ids }: Wanted) {
    return db.execute(sql`
      with due as materialized (
        select name from jsonb_to_recordset(${JSON.stringify(kinds)}::jsonb) as given (name text, concurrency int)
        where (concurrency is not null or exists (select from ${throttles} where key = ${restOf(sql`given.name`)}))
          and exists (select from ${tasks} where name = given.name and ${isDue(ids)}) order by name
      ),
      locked as materialized (select name, pg_advisory_xact_lock(hashtext('tasks'), hashtext(name)) from due)
      select set_config('plinth.locked', coalesce(jsonb_agg(name), '[]')::text, true) from locked`);
  },

  /**
   * Claims at most `limit` due tasks of these kinds, or only those of `ids`: the oldest of each kind first, the kinds
   * at random, so that no backlog keeps others waiting. A kind that had a rest is tried by a single task first.
   */
  claim(db: Database, kinds: readonly TaskKind[], { limit, ids }: Wanted & { limit: number }) {
    const isSpent = sql`task.attempt >= kind.attempts`;
    const running = sql`(select count(*) from ${tasks} where name = given.name and state = 'running' and run_at > now())`;
    return db.execute<Claimed>(sql`
      with kind as materialized (
        select given.*, rest.key is not null as is_probe, least(${limit}::bigint, greatest(0, case
          when rest.blocked_until > now() then 0
          when rest.key is not null then 1 - ${running}
          when given.concurrency is not null then given.concurrency - ${running}
          else ${limit}::bigint end)) as room
        from jsonb_to_recordset(${JSON.stringify(kinds)}::jsonb)
          as given (name text, attempts int, lease int, concurrency int)
        left join ${throttles} as rest on rest.key = ${restOf(sql`given.name`)}
        where (given.concurrency is null and rest.key is null)
          or nullif(current_setting('plinth.locked', true), '')::jsonb @> to_jsonb(given.name)
      ),
      due as materialized (
        select found.* from kind cross join lateral (
          select id, name, run_at from ${tasks} where name = kind.name and ${isDue(ids)}
          order by run_at limit kind.room for update skip locked
        ) as found
      ),
      chosen as (
        select id from due order by row_number() over (partition by name order by run_at), random() limit ${limit}::int
      )
      update ${tasks} as task set
        state = case when ${isSpent} then 'dead' else 'running' end,
        attempt = case when ${isSpent} then task.attempt else task.attempt + 1 end,
        fence = task.fence + 1,
        run_at = now() + make_interval(secs => kind.lease),
        finished_at = case when ${isSpent} then now() end,
        error = case when ${isSpent} and task.state = 'running' then 'Its last attempt did not end.' else task.error end
      from chosen, kind where task.id = chosen.id and kind.name = task.name
      returning task.id, task.name, task.input, task.state, task.attempt, task.fence, task.error, task.request_id,
        task.created_at, kind.is_probe`);
  },

  /**
   * The seconds until a task of these kinds can be claimed or a slot comes, by the database's clock: 0 or less if one
   * waits for others of its kind. And how many tasks of the `unable` names wait.
   */
  nextDue(db: Database, { kinds, unable, slots }: Upcoming) {
    const seconds = (span: string) => sql`extract(epoch from min(at) filter (where span = ${span}) - now())::float8`;
    return db.execute<{ brief: number | null; long: number | null; held: number }>(sql`
      with due as (
        select kind.span, greatest(first.run_at, rest.blocked_until) as at
        from jsonb_to_recordset(${JSON.stringify(kinds)}::jsonb) as kind (name text, span text)
        cross join lateral (
          select run_at from ${tasks} where name = kind.name and state in ('waiting', 'running') order by run_at limit 1
        ) as first
        left join ${throttles} as rest on rest.key = ${restOf(sql`kind.name`)}
        union all
        select given.span, given.slot
        from jsonb_to_recordset(${JSON.stringify(slots)}::jsonb) as given (name text, span text, slot timestamptz)
        left join ${taskSchedules} as known using (name)
        where known.slot is null or given.slot > known.slot
      )
      select ${seconds("brief")} as brief, ${seconds("long")} as long, (
        select count(*)::int from ${tasks} where state = 'waiting'
          and name in (select jsonb_array_elements_text(${JSON.stringify(unable)}::jsonb))) as held
      from due`);
  },

  /** Ends the transaction (SQLSTATE PT410) unless the claim holds, and completes the task. */
  complete(db: Database, { id, fence }: TaskClaim) {
    return db.execute(sql`
      with mine as (
        update ${tasks} set state = 'done', finished_at = now(), error = null where ${isHeld(id, fence)} returning id
      )
      select refuse('PT410', -1) where not exists (select from mine)`);
  },

  /** A row if this claim has completed its task. */
  completed(db: Database, { id, fence }: TaskClaim) {
    return db.execute(sql`select from ${tasks} where id = ${id}::uuid and fence = ${fence}::int and state = 'done'`);
  },

  /** Ends the transaction (SQLSTATE PT410) unless the claim holds until it ends. */
  hold(db: Database, { id, fence }: TaskClaim) {
    return db.execute(sql`
      select refuse('PT410', -1)
      where not exists (select from ${tasks} where ${isHeld(id, fence)} for no key update)`);
  },

  /**
   * Ends a failed attempt: the task waits, for `retryIn` seconds or its backoff, or is dead; or is cancelled if another
   * waits under its key. After an outage it waits as long as it is old, and the attempt does not count.
   */
  fail(
    db: Database,
    { id, fence, attempt }: TaskClaim & { attempt: number },
    {
      error,
      retry,
      isOutage,
    }: { error: string; retry: (Backoff & { retryIn?: number | undefined }) | undefined } & {
      isOutage: boolean;
    },
  ) {
    const { firstSeconds = 0, mostSeconds = 0, retryIn } = retry ?? {};
    const grown = sql`least(${mostSeconds}::float8, ${firstSeconds}::float8 * 2 ^ ${attempt - 1}::int)`;
    const age = sql`extract(epoch from least(interval '1 hour', greatest(interval '1 minute', now() - task.created_at)))`;
    const wait = isOutage ? age : retryIn === undefined ? sql`${grown} * (0.5 + random())` : sql`${retryIn}::float8`;
    const isReplaced = sql`exists (select from ${tasks} as other
      where other.name = task.name and other.key = task.key and other.state = 'waiting')`;
    return db.execute<{ state: TaskState; seconds: number }>(sql`
      with next as (
        select id, case when ${retry === undefined}::boolean then 'dead' when ${isReplaced} then 'cancelled' else 'waiting' end as state
        from ${tasks} as task where id = ${id}::uuid and fence = ${fence}::int and state = 'running'
      )
      update ${tasks} as task set state = next.state, error = ${error},
        attempt = task.attempt - case when ${isOutage}::boolean and next.state = 'waiting' then 1 else 0 end,
        run_at = now() + make_interval(secs => ${wait}),
        finished_at = case when next.state <> 'waiting' then now() end
      from next where task.id = next.id and task.fence = ${fence}::int and task.state = 'running'
      returning task.state, extract(epoch from task.run_at - now())::float8 as seconds`);
  },

  /**
   * Gives all tasks of a name a rest, of `retryIn` seconds or twice as long each time, from half a minute to a quarter
   * of an hour.
   */
  rest(db: Database, name: string, retryIn: number | undefined) {
    const wait = (rounds: SQL) =>
      sql`make_interval(secs => coalesce(${retryIn ?? null}::float8, least(900, 30 * 2 ^ ${rounds})))`;
    return db.execute(sql`
      insert into ${throttles} as t (key, attempts, blocked_until)
      values (${restOf(sql`${name}::text`)}, 1, now() + ${wait(sql`0`)})
      on conflict (key) do update set attempts = t.attempts + 1, last_attempt_at = now(),
        blocked_until = now() + ${wait(sql`least(t.attempts, 10)`)}
      where t.blocked_until <= now()`);
  },

  /** Ends the rest of tasks of which one has worked. */
  resume(db: Database, name: string) {
    return db.execute(
      sql`delete from ${throttles} where key = ${restOf(sql`${name}::text`)} and blocked_until <= now()`,
    );
  },

  /** Ends the rest of tasks at once. */
  endRest(db: Database, name: string) {
    return db.execute(sql`delete from ${throttles} where key = ${restOf(sql`${name}::text`)}`);
  },

  /** Ends the rest of tasks of the name of this one, if the preceding statement changed it and recorded this event. */
  endRestOf(db: Database, id: string, event: NewAuditEvent) {
    return db.execute(sql`
      delete from ${throttles} where key = (select ${restOf(sql`name`)} from ${tasks} where id = ${id}::uuid)
        and ${isWritten(event)}`);
  },

  /** Removes these tasks of a request that failed, unless they have begun. */
  withdraw(db: Database, ids: readonly string[]) {
    return db.execute<{ id: string }>(sql`
      delete from ${tasks} where id = any(${`{${ids.join()}}`}::uuid[]) and state = 'waiting' and attempt = 0 returning id`);
  },

  /**
   * Removes some of the tasks that ended more than this many days ago: of the done and cancelled ones, and of the dead
   * ones.
   */
  purge(db: Database, { done, dead }: { done: number; dead: number }, limit: number) {
    const oldest = (states: SQL, days: number) => sql`
      select id from ${tasks} where state in ${states} and finished_at <= now() - make_interval(days => ${days}::int)
      order by finished_at limit ${limit} for update skip locked`;
    return db.execute<{ id: string }>(sql`
      with done as (${oldest(sql`('done', 'cancelled')`, done)}), dead as (${oldest(sql`('dead')`, dead)})
      delete from ${tasks} where id in (select id from done union all select id from dead) returning id`);
  },

  /** A page of tasks, newest first. */
  list(db: Database, { name, state, since, until }: TaskFilter, { after, limit }: PageRequest) {
    const { past, orderBy, sortKey } = keyset(newestFirst(tasks.id), tasks.id, after);
    return db
      .select({ ...shown, sort_key: sortKey })
      .from(tasks)
      .where(
        and(
          name === undefined ? undefined : eq(tasks.name, name),
          state === undefined ? undefined : eq(tasks.state, state),
          since === undefined ? undefined : and(gte(tasks.created_at, since), gte(tasks.id, firstIdAt(since, -1))),
          until === undefined ? undefined : and(lt(tasks.created_at, until), lt(tasks.id, firstIdAt(until, 1))),
          past,
        ),
      )
      .orderBy(...orderBy)
      .limit(limit);
  },

  find(db: Database, id: string) {
    return db.select(shown).from(tasks).where(eq(tasks.id, id));
  },

  /** Lets a task that is dead, cancelled or waiting begin anew at once, and records it. No row in another state. */
  retry(db: Database, id: string, event: NewAuditEvent) {
    return changed(
      db,
      sql`state = 'waiting', attempt = 0, run_at = now(), finished_at = null`,
      sql`id = ${id}::uuid and state in ('dead', 'cancelled', 'waiting')`,
      event,
    );
  },

  /**
   * Lets the oldest `limit` tasks of a name and a state begin anew at once, and records it. One per key, and none while
   * another one waits under it. Answers their number and the ids of some.
   */
  retryAll(db: Database, { name, state, error }: Retrying, limit: number, event: NewAuditEvent) {
    const isMeant = sql`name = ${name} and state = ${state} ${error === undefined ? sql`` : sql`and error = ${error}`}`;
    const mayWait = sql`${state}::text = 'waiting' or key is null or (id in (select id from keyed) and not exists (
      select from ${tasks} as other where other.name = task.name and other.key = task.key and other.state = 'waiting'))`;
    return db.execute<{ retried: number; some: string[] }>(sql`
      with keyed as materialized (
        select distinct on (key) id from ${tasks} where ${isMeant} and key is not null order by key, id
      ),
      chosen as (
        select id from ${tasks} as task where ${isMeant} and (${mayWait}) order by id limit ${limit} for update skip locked
      ),
      changed as (
        update ${tasks} as task set state = 'waiting', attempt = 0, run_at = now(), finished_at = null
        from chosen where task.id = chosen.id returning task.id
      ),
      ${written(event, sql`from (select from changed limit 1) as one`)}
      select count(*)::int as retried, coalesce((array_agg(id))[:100], '{}') as some from changed`);
  },

  /**
   * Cancels a task that waits or runs, and records it. A running attempt can no longer complete it. No row in another
   * state.
   */
  cancel(db: Database, id: string, event: NewAuditEvent) {
    return changed(
      db,
      sql`state = 'cancelled', finished_at = now()`,
      sql`id = ${id}::uuid and state in ('waiting', 'running')`,
      event,
    );
  },

  /** The task, if the preceding statement changed it and recorded this event. */
  changed(db: Database, id: string, event: NewAuditEvent) {
    return db
      .select({ ...shown, is_changed: sql<boolean>`${isWritten(event)}` })
      .from(tasks)
      .where(eq(tasks.id, id));
  },
};

function changed(db: Database, set: SQL, which: SQL, event: NewAuditEvent) {
  return db.execute<{ id: string }>(sql`
    with changed as (update ${tasks} set ${set} where ${which} returning id),
    ${written(event, sql`from changed`)}
    select id from changed`);
}

/** The claim is the newest one, and its lease goes on. */
function isHeld(id: string, fence: number): SQL {
  return sql`id = ${id}::uuid and fence = ${fence}::int and state = 'running' and run_at > now()`;
}

/** Of tasks that are asked for by id, a clock that was set back by up to a second keeps none from its first attempt. */
function isDue(ids: readonly string[] | undefined): SQL {
  const isWaiting = sql`state in ('waiting', 'running')`;
  if (!ids) return sql`${isWaiting} and run_at <= now()`;
  const isFirst = sql`state = 'waiting' and attempt = 0 and run_at <= now() + interval '1 second'`;
  return sql`${isWaiting} and (run_at <= now() or ${isFirst}) and id = any(${`{${ids.join()}}`}::uuid[])`;
}

/** The key of the counter of outages of a name, which is there between the first one and the next task that works. */
function restOf(name: SQL): SQL {
  return sql`'rest:' || ${name}`;
}
