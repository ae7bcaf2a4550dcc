import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { throttles, users } from "../db/schema.ts";
import { hasLogin } from "./user-conditions.ts";

/**
 * One password guess, in keyed hashes. The identifier is hashed as typed: a budget shared by an account's address and
 * username would link them. `owner` finds the account of a familiar network; `network` is optional.
 */
export type Attempt = Origin & {
  owner: { login: string } | { id: string };
  /** The hash of the login as typed, in any letter case, or of the id. */
  identifier: string;
  /** The origin under older keys, by which a familiar one is still known. */
  earlier: readonly Origin[];
};
/** The hashes of a network, and of the identifier together with it. */
type Origin = { network: string | null; pair: string | null };

/**
 * The number of free attempts, and the seconds until one of them is forgotten. Each further attempt is followed by a delay
 * of `firstDelay` seconds, doubled each time up to `longestDelay`.
 */
export type Limits = Record<"account" | "network", { budget: number; forgetSeconds: number }> & {
  firstDelay: number;
  longestDelay: number;
};

/** The outcome of an attempt. `wait`: seconds until the next is allowed; 0 if this one was. */
export type Charge = { wait: number; exhausted: boolean; familiar: boolean };

/** The queries of the counters of attempts. */
export const Throttles = {
  /** Precedes {@link Throttles.charge}, which counts in existing rows only. */
  insert(db: Database, attempt: Attempt) {
    return db.execute(sql`
      insert into ${throttles} (key, attempts)
      select unnest(keys), 0 from (${counters(attempt)}) as counters order by 1
      on conflict do nothing`);
  },

  /**
   * Counts an attempt unless one of its counters is blocked: refused attempts prolong no delay. Locks the rows before it
   * reads them, in the order of their keys, so that parallel attempts take turns.
   */
  charge(db: Database, attempt: Attempt, limits: Limits) {
    const { account, network, firstDelay, longestDelay } = limits;
    const ofNetwork = sql`starts_with(key, 'network:')`;
    const quiet = sql`greatest(extract(epoch from now() - last_attempt_at), 0)`;
    // `now()` would be too early in a transaction that waited for the lock.
    const clock = sql`clock_timestamp()`;
    const doublings = Math.ceil(Math.log2(longestDelay / firstDelay));
    return db.execute<Charge>(sql`
      with counters as materialized (${counters(attempt)}),
      held as materialized (
        select key, attempts, blocked_until, ${quiet} as quiet,
          case when ${ofNetwork} then ${network.budget}::int else ${account.budget}::int end as budget,
          case when ${ofNetwork} then ${network.forgetSeconds}::int else ${account.forgetSeconds}::int end as forget
        from ${throttles} where key = any ((select keys from counters)::text[])
        order by key for update
      ),
      charges as materialized (
        select key, budget, blocked_until,
          least(greatest(attempts - floor(quiet / forget)::int, 0) + 1, budget + ${doublings}::int) as attempts
        from held
      ),
      verdict as materialized (
        select coalesce(ceil(extract(epoch from max(blocked_until) - ${clock})), 0)::int as wait, bool_or(attempts >= budget) as exhausted
        from charges
      ),
      counted as (
        update ${throttles} as t set attempts = c.attempts, last_attempt_at = now(),
          blocked_until = case when c.attempts >= c.budget then
            now() + make_interval(secs => least(${longestDelay}::int, ${firstDelay}::int * 2 ^ (c.attempts - c.budget))) end
        from charges as c, verdict as v
        where t.key = c.key and v.wait <= 0
      )
      select greatest(wait, 0) as wait, exhausted, is_familiar as familiar from verdict, counters`);
  },

  /**
   * Makes an origin one of the account's own, with a fresh budget, after a proof of identity. An origin is the hash of a
   * network, for every identifier typed there, or the hash of a pair. `when` is checked after the preceding statements.
   */
  welcome(db: Database, userId: string, origin: string, when: SQL = sql`true`) {
    return db.execute(sql`
      insert into ${throttles} (key, attempts) select ${`familiar:${userId}:${origin}`}, 0 where ${when}
      on conflict (key) do update set attempts = 0, blocked_until = null, last_attempt_at = now()`);
  },

  /** Forgets all origins of an account: a stranger may have been there. `when` is checked after the preceding statements. */
  forgetOrigins(db: Database, userId: string, when: SQL) {
    return db.execute(sql`
      with held as materialized (
        select key from ${throttles}
        where starts_with(key, 'familiar:') and split_part(key, ':', 2) = ${userId}::text and ${when}
        order by key for update
      )
      delete from ${throttles} as t using held where t.key = held.key`);
  },

  /**
   * Forgets the attempts on the identifier after a success from a new network, but only this one attempt of the network:
   * otherwise an attacker could reset its budget with an account of their own.
   */
  forgive(db: Database, { identifier, network }: Attempt, limits: Limits) {
    const ofNetwork = sql`starts_with(t.key, 'network:')`;
    return db.execute(sql`
      with held as materialized (
        select key from ${throttles} where key in (${`login:${identifier}`}, ${`network:${network}`}) order by key for update
      )
      update ${throttles} as t set
        attempts = case when ${ofNetwork} then greatest(t.attempts - 1, 0) else 0 end,
        blocked_until = case when ${ofNetwork} and t.attempts > ${limits.network.budget}::int then t.blocked_until end
      from held where t.key = held.key`);
  },

  /** Removes some of the obsolete counters: after a day, all of their attempts are forgotten. */
  purge(db: Database, limit: number) {
    const isOver = sql`(not starts_with(key, 'familiar:') and last_attempt_at < now() - interval '1 day')`;
    const isStrange = sql`(starts_with(key, 'familiar:') and last_attempt_at < now() - interval '90 days')`;
    const oldest = (which: SQL) =>
      sql`select key from ${throttles} where ${which} order by last_attempt_at limit ${limit} for update skip locked`;
    return db.execute<{ key: string }>(sql`
      with over as (${oldest(isOver)}), strange as (${oldest(isStrange)})
      delete from ${throttles} where key in (select key from over union all select key from strange) returning key`);
  },
};

/**
 * The keys of the rows that count an attempt. `is_familiar` marks the account's own network, which has a separate
 * budget for each identifier.
 */
function counters({ owner, identifier, network, pair, earlier }: Attempt): SQL {
  const familiar = sql`'familiar:' || owner.id || ':'`;
  const origins = [{ network, pair }, ...earlier].flatMap((origin) => [origin.network, origin.pair]);
  const names = sql.join(
    origins.map((origin) => sql`${familiar} || ${origin}::text`),
    sql`, `,
  );
  const isFamiliar = sql`exists (select from ${throttles} where key in (${names}))`;
  return sql`
    select ${isFamiliar} as is_familiar, case when ${isFamiliar} then array[${familiar} || ${pair}::text]
      else array_remove(array['login:' || ${identifier}::text, 'network:' || ${network}::text], null) end as keys
    from (select (${"id" in owner ? sql`${owner.id}` : ownerOf(owner.login)})::text as id) as owner`;
}

/** The live user with this login, or its last holder. */
function ownerOf(login: string): SQL {
  return sql`select id from ${users} where ${hasLogin(login)} order by deleted_at desc nulls first limit 1`;
}
