import { sql } from "drizzle-orm";
import { pgTable } from "drizzle-orm/pg-core";
import { beforeAll, describe, expect, it } from "vitest";
import { AuditEvents } from "../../src/crud/audit-events.ts";
import { purgeOrganizationRows, removeRowsOfOwners } from "../../src/crud/organization-rows.ts";
import { Tasks } from "../../src/crud/tasks.ts";
import { Throttles } from "../../src/crud/throttles.ts";
import { Users } from "../../src/crud/users.ts";
import { organizationRow, organizationRules } from "../../src/db/schema.ts";
import { aUser, db, unique } from "../harness.ts";
import { first, later, manyUsers, planOf } from "../plans.ts";

const { id } = await aUser();

beforeAll(async () => {
  const mark = unique("plan");
  await db.batch([
    manyUsers(mark),
    db.execute(sql`insert into audit_events (id, kind, user_id)
      select gen_random_uuid(), case when n % 50 = 0 then 'account.purged' else 'sign_in.failed' end, gen_random_uuid()
      from generate_series(1, 5000) n`),
    db.execute(sql`insert into throttles (key, attempts)
      select (array['login:', 'familiar:'])[1 + n % 2] || gen_random_uuid(), 1 from generate_series(1, 10000) n`),
    db.execute(sql`insert into tasks (id, name, input, state, finished_at)
      select gen_random_uuid(), 'plan', '{}', (array['done', 'dead'])[1 + n % 2], now() from generate_series(1, 10000) n`),
    db.execute(sql`analyze users, audit_events, throttles, tasks`),
  ]);
});

describe("the hot queries use their indexes, and sort nothing", () => {
  it.each([
    ["one user", Users.find(db, id, { id }), "users_pkey"],
    ["the first page of users", Users.list(db, undefined, first), "users_pkey"],
    ["a later page of users", Users.list(db, undefined, later), "users_pkey"],
    ["the newest events", AuditEvents.list(db, {}, first), "audit_events_pkey"],
    ["events of a user", AuditEvents.list(db, { userId: id }, first), "audit_events_user_idx"],
    ["events of a kind", AuditEvents.list(db, { kind: "account.purged" }, first), "audit_events_kind_idx"],
    [
      "events of a time",
      AuditEvents.list(db, { until: "2020-01-01T00:00:00.000Z", since: "2019-01-01T00:00:00.000Z" }, first),
      "audit_events_pkey",
    ],
  ])("%s", async (_what, query, index) => {
    const plan = await planOf(query);
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan|Sort/);
  });

  it.each([
    ["e-mail", "A@example.com", "users_email_"],
    ["username", "ada", "users_username_"],
  ])("sign-in by %s uses its index; it sorts only accounts of that one name", async (_what, login, index) => {
    const plan = await planOf(Users.findByLogin(db, login, 30));
    expect(plan).toContain(index);
    expect(plan).not.toContain("Seq Scan");
  });

  it("the purges of counters and tasks find the oldest by an index, however many are kept", async () => {
    const plan = await planOf(Throttles.purge(db, 1_000));
    for (const index of ["throttles_purge_idx", "throttles_familiar_idx"]) expect(plan).toContain(index);
    expect(plan).not.toContain("Seq Scan");
    const forgotten = await planOf(Throttles.forgetOrigins(db, id, sql`true`));
    expect(forgotten).toContain("throttles_owner_idx");
    expect(forgotten).not.toContain("Seq Scan");
    const ended = await planOf(Tasks.purge(db, { done: 7, dead: 90 }, 1_000));
    for (const index of ["tasks_purge_idx", "tasks_dead_idx"]) expect(ended).toContain(index);
    expect(ended).not.toContain("Seq Scan");
  });

  it("a search for a user can be answered by its index", async () => {
    const query = Users.list(db, "zzq", first).getSQL();
    // Moves new rows from the index's list of pending ones, which is slow to read, to their places.
    await db.execute(sql`vacuum users`);
    const [, plan] = await db.batch([
      // A few thousand accounts are read faster from end to end.
      db.execute(sql`set local enable_seqscan = off`),
      db.execute(sql`explain ${query}`),
    ]);
    expect(JSON.stringify(plan.rows)).toContain("users_search_idx");
  });

  it("counting an attempt reads no table from end to end", async () => {
    const limit = { budget: 10, forgetSeconds: 60 };
    const limits = { account: limit, network: limit, firstDelay: 30, longestDelay: 900 };
    for (const owner of [{ login: "a@example.com" }, { login: "ada" }, { id }]) {
      const attempt = { owner, identifier: "i", network: "n", pair: "p", earlier: [{ network: "o", pair: "q" }] };
      for (const query of [Throttles.insert(db, attempt), Throttles.charge(db, attempt, limits)]) {
        const plan = await planOf(query);
        expect(plan).toContain("throttles_pkey");
        expect(plan).not.toMatch(/Seq Scan/);
      }
    }
  });

  it("the purges of organizations' rows find those to remove by an index, however many are kept", async () => {
    const name = unique("kept").replaceAll("-", "_");
    const table = pgTable(name, organizationRow, (columns) => organizationRules(name, columns));
    await db.execute(
      sql.raw(`create table ${name} as select gen_random_uuid() as id, gen_random_uuid() as organization_id,
        null::uuid as created_by, now() as created_at, now() as updated_at,
        case when n % 50 = 0 then now() end as deleted_at, 1 as version from generate_series(1, 20000) n`),
    );
    for (const columns of ["(id)", "(organization_id, id)", "(deleted_at) where deleted_at is not null"]) {
      await db.execute(sql.raw(`create index on ${name} ${columns}`));
    }
    await db.execute(sql.raw(`analyze ${name}, organizations`));
    const owners = sql`any(${`{${id}}`}::uuid[])`;
    for (const query of [purgeOrganizationRows(db, table, 30, 1_000), removeRowsOfOwners(db, table, owners, 1_000)]) {
      expect(await planOf(query)).not.toContain(`Seq Scan on ${name}`);
    }
    await db.execute(sql.raw(`drop table ${name}`));
  });
});
