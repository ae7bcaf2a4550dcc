/** The traps of docs/traps.md, whose blocks are from here: each as it goes wrong, and the right way. */
import { and, eq, inArray, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { sessions, users } from "../../src/db/schema.ts";
import { toRfc3339 } from "../../src/db/time.ts";
import { aUser, db } from "../harness.ts";

const user = await aUser();
const mine = eq(users.id, user.id);
const rowsOf = async (statement: ReturnType<typeof sql>) => (await db.execute(statement)).rows;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("a trap", () => {
  it("undefined vanishes from the text of a statement", async () => {
    const nickname: string | undefined = undefined;
    await expect(rowsOf(sql`select coalesce(${nickname}, 'none') as nickname`)).rejects.toThrow();
    const right = sql`select coalesce(${nickname ?? null}, 'none') as nickname`;
    expect(await rowsOf(right)).toStrictEqual([{ nickname: "none" }]);
  });

  it("an empty list becomes ()", async () => {
    const ids: string[] = [];
    await expect(rowsOf(sql`select id from users where id in ${ids}`)).rejects.toThrow();
    const right = db.select({ id: users.id }).from(users).where(inArray(users.id, ids));
    expect(await right).toStrictEqual([]);
  });

  it("a time inside JSON is as PostgreSQL writes it there", async () => {
    const wrong = sql`select json_build_object('at', created_at) as made from users where ${mine}`;
    expect(await rowsOf(wrong)).toStrictEqual([{ made: { at: expect.stringMatching(/\+00:00$/) } }]);
    const made = sql`json_build_object('at', ${users.created_at})`.mapWith(({ at }) => ({ at: toRfc3339(at) }));
    const right = db.select({ made, last_change: users.updated_at }).from(users).where(mine);
    const time = expect.stringMatching(rfc3339);
    expect(await right).toStrictEqual([{ made: { at: time }, last_change: time }]);
  });

  it("a count of db.execute is text, because it is a bigint", async () => {
    expect(await rowsOf(sql`select count(*) as count from users where ${mine}`)).toStrictEqual([{ count: "1" }]);
    const right = sql`select count(*)::int as count from users where ${mine}`;
    expect(await rowsOf(right)).toStrictEqual([{ count: 1 }]);
  });

  it("a bare name in a subselect is a column of the inner table", async () => {
    const wrong = sql`(select count(*)::int from sessions where user_id = id)`;
    expect(await db.select({ sessions: wrong }).from(users).where(mine)).toStrictEqual([{ sessions: 0 }]);
    const right = sql<number>`(select count(*)::int from ${sessions} where ${sessions.user_id} = ${users.id})`;
    const query = db.select({ sessions: right }).from(users);
    expect(await query.where(and(mine, users.is_active))).toStrictEqual([{ sessions: 1 }]);
  });
});
