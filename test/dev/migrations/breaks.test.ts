import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { LocalDatabase, LocalSession } from "../../../dev/local/database.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase, type ThrowawayDatabase } from "../../../dev/local/throwaway/database.ts";
import { breaksBetween } from "../../../dev/migrations/breaks.ts";
import { readObjects } from "../../../dev/migrations/objects.ts";
import { watchEffects } from "../../../dev/migrations/watch.ts";

let created: ThrowawayDatabase;
let database: LocalDatabase;
let session: LocalSession;

const tables = [
  "create type mood as enum ('calm', 'loud')",
  "create table people (id int primary key, email text not null unique, nick text default 'x' not null, age int, mood mood, role text check (role in ('user', 'admin')))",
  "create table things (id int primary key, owner int references people, title text, kind text default 'a' not null)",
  "create index things_title_idx on things (title)",
  "create unique index things_kind_key on things (kind)",
  "create function double(n int) returns int language sql as 'select n * 2'",
  "create view titles as select id, title from things",
  "create policy mine on people using (true)",
];

beforeAll(async () => {
  created = await createDatabase(inject("postgres"));
  database = postgres(created.url);
  session = await database.session("test");
  for (const table of tables) await session.run(table);
});
afterAll(async () => {
  await session.close();
  await database.close();
  await created.drop();
});

/** The breaks of these statements, which are rolled back. */
async function breaksOf(...statements: string[]): Promise<string[]> {
  await session.run("begin");
  try {
    const before = await readObjects(session);
    for (const statement of statements) await session.run(statement);
    return breaksBetween(before, await readObjects(session)).map(({ change }) => change);
  } finally {
    await session.run("rollback");
  }
}

describe("promise 28: a migration that the running version cannot live with", () => {
  it.each([
    ["alter table things rename to objects", "rename table things to objects"],
    ["alter table things rename title to name", "rename column things.title to name"],
    [
      "alter table people rename constraint people_email_key to mails",
      "rename constraint people_email_key on people to mails",
    ],
    ["drop view titles; ", "drop table titles"],
    ["alter table things set schema information_schema", "drop table things"],
    ["alter table people drop age", "drop column people.age"],
    ["alter table people drop constraint people_email_key", "drop constraint people_email_key on people"],
    ["alter table things drop constraint things_owner_fkey", "drop constraint things_owner_fkey on things"],
    ["drop index things_kind_key", "drop index things_kind_key on things"],
    ["drop function double(int)", "drop function double(integer)"],
    ["alter table people add born date not null", "require column people.born"],
    ["alter table people alter age set not null", "require column people.age"],
    ["alter table people alter nick drop default", "require column people.nick"],
    ["alter table people alter age type bigint", "change type of column people.age"],
    ["alter table people add constraint adult check (age > 17)", "add constraint adult on people"],
    ["alter table people add constraint adult check (age > 17) not valid", "add constraint adult on people"],
    ["create index on things (owner)", "build index things_owner_idx on things"],
    ["create unique index on things (owner)", "build unique index things_owner_idx on things"],
    ["alter table people enable row level security", "secure table people"],
    ["alter policy mine on people using (age > 3)", "change policy mine on people"],
    ["create policy theirs on things using (false)", "add policy theirs on things"],
    ["alter type mood rename value 'calm' to 'quiet'", "rename value calm of mood to quiet"],
    ["alter table people add code int default (random() * 9)::int not null", "rewrite table people"],
    ["do $$ begin execute 'alter table people drop ' || 'age'; end $$", "drop column people.age"],
  ])("is named: %s", async (statement, change) => {
    expect(await breaksOf(statement)).toContain(change);
  });

  it.each([
    [
      "a new table with an index",
      [
        "create table other (id int primary key, owner int not null references people)",
        "create index on other (owner)",
      ],
    ],
    ["a new column that may be null", ["alter table people add born date"]],
    ["a new column with a default", ["alter table people add points int default 0 not null"]],
    ["a check of a new column alone", ["alter table people add born date check (born > '1900-01-01')"]],
    ["one more value of an enum", ["alter type mood add value 'odd'"]],
    [
      "one more value of a check",
      [
        "alter table people drop constraint people_role_check",
        "alter table people add constraint people_role_check check (role in ('user', 'admin', 'guest'))",
      ],
    ],
    ["an index that is gone", ["drop index things_title_idx"]],
    [
      "a function that is replaced",
      ["create or replace function double(n int) returns int language sql as 'select n + n'"],
    ],
    ["rows that change", ["insert into people (id, email) values (1, 'a')", "update people set age = 3"]],
  ])("is not %s", async (_, statements) => {
    expect(await breaksOf(...statements)).toStrictEqual([]);
  });

  it("takes one value less for a change", async () => {
    const changes = await breaksOf(
      "alter table people drop constraint people_role_check",
      "alter table people add constraint people_role_check check (role in ('user'))",
    );
    expect(changes).toStrictEqual(["change constraint people_role_check on people"]);
  });

  it("names a column that is dropped once, without its constraints and indexes", async () => {
    expect(await breaksOf("alter table things drop owner, drop kind")).toStrictEqual([
      "drop column things.kind",
      "drop column things.owner",
    ]);
  });
});

it("sees the strongest lock on each table that was there before", async () => {
  const { watch, effects } = watchEffects();
  await session.run("begin");
  const before = await watch.before(session);
  await session.run("create table pets (id int primary key, owner int references people)");
  await session.run("update things set title = 'a'");
  await session.run("alter table things add color text");
  await watch.after(session, before, "drizzle/0001.sql", false);
  await session.run("rollback");
  expect(effects[0]?.locks.toSorted((a, b) => (a.table < b.table ? -1 : 1))).toStrictEqual([
    { table: "people", mode: "ShareRowExclusiveLock" },
    { table: "things", mode: "AccessExclusiveLock" },
  ]);
});
