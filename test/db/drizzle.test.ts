import { and, asc, desc, eq, ne, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { Users } from "../../src/crud/users.ts";
import { connect } from "../../src/db/client.ts";
import { prepared } from "../../src/db/drizzle.ts";
import { auditEvents, oneTimeTokens, sessions, users } from "../../src/db/schema.ts";
import { aUser, db, settings } from "../harness.ts";

describe("a query that is built once", () => {
  it("answers each caller's own rows, in a batch, alone and inside another query", async () => {
    const users = [await aUser(), await aUser({ full_name: "$1 ?" }), await aUser()];
    for (const { id, full_name } of users) {
      const [[batched], [other]] = await db.batch([
        Users.find(db, id, { id }),
        Users.find(db, users[0]?.id ?? "", { id }),
      ]);
      expect(batched).toMatchObject({ id, full_name });
      expect(other?.id).toBe(id === users[0]?.id ? id : undefined);
      const [alone] = await Users.find(db, id, { id });
      expect(alone).toStrictEqual(batched);
      const { rows } = await db.execute(Users.find(db, id, { id }).getSQL());
      expect(rows).toHaveLength(1);
    }
  });

  it("is built once for each shape: its words, and the values that are there", async () => {
    // The database of the other tests builds every query anew, to compare it.
    const plain = connect(settings);
    const shapes: string[] = [];
    const named = prepared(
      (db, { name, mail, id }: { name?: string | undefined; mail?: string; id: string }, word: "newest" | "oldest") => {
        shapes.push(`${word} ${name !== undefined} ${mail !== undefined}`);
        return db
          .select({ username: users.username })
          .from(users)
          .where(and(name ? eq(users.username, name) : undefined, mail ? eq(users.email, mail) : undefined))
          .orderBy(word === "newest" ? desc(users.id) : asc(users.id), sql`${id}`)
          .limit(1);
      },
    );
    const [one, other] = [await aUser(), await aUser()];
    for (const { username, email, id } of [one, other, one]) {
      const [[byName], [byBoth], [byNone]] = await plain.batch([
        named(plain, { name: username, id }, "newest"),
        named(plain, { name: username, mail: email, id }, "newest"),
        named(plain, { name: undefined, id }, "oldest"),
      ]);
      expect([byName, byBoth]).toStrictEqual([{ username }, { username }]);
      expect(byNone?.username).not.toBe(other.username);
    }
    // At first, each is built a second time, to see that it computes no value.
    const each = ["newest true false", "newest true true", "oldest false false"];
    expect(shapes.toSorted()).toStrictEqual(each.flatMap((shape) => [shape, shape]));
  });

  it("keeps null apart from the null of JSON", async () => {
    const asked = prepared((db, { details }: { details: object | null }) =>
      db
        .select({ isNull: sql<boolean>`${sql.param(details, auditEvents.details)}::jsonb is null` })
        .from(users)
        .limit(1),
    );
    await aUser();
    const answers = await db.batch([
      asked(db, { details: null }),
      asked(db, { details: {} }),
      asked(db, { details: null }),
    ]);
    expect(answers.flat()).toStrictEqual([{ isNull: true }, { isNull: false }, { isNull: true }]);
  });

  it("cannot be changed, as all later ones would be", async () => {
    const { id } = await aUser();
    const found = prepared((db, { id }: { id: string }) => db.select().from(users).where(eq(users.id, id)).$dynamic());
    const joined = prepared((db, { id }: { id: string }) =>
      db
        .select({ id: users.id })
        .from(users)
        .leftJoin(sessions, eq(sessions.user_id, users.id))
        .where(eq(users.id, id))
        .$dynamic(),
    );
    expect(() => found(db, { id }).limit(0)).toThrow(TypeError);
    expect(() => found(db, { id }).leftJoin(sessions, sql`true`)).toThrow(TypeError);
    expect(() => joined(db, { id }).leftJoin(oneTimeTokens, sql`true`)).toThrow(TypeError);
    expect(() => joined(db, { id }).union(joined(db, { id }))).toThrow(TypeError);
    const [rows, others] = await db.batch([found(db, { id }), joined(db, { id })]);
    expect([rows.length, others.length]).toStrictEqual([1, 1]);
  });

  it("is refused where it computes a value, which all later ones would have", async () => {
    const computing = prepared((db, { id }: { id: string }) =>
      db
        .select()
        .from(users)
        .where(and(eq(users.id, id), ne(users.username, uuidv7()))),
    );
    const { id } = await aUser();
    expect(() => computing(db, { id })).toThrow("computes a value");
  });
});

describe("a query that is built once, in a test", () => {
  it("is refused where it asks what a value is, as another value would get the same SQL", async () => {
    const { id } = await aUser();
    const found = prepared((db, { id, order }: { id: string; order: "newest" | "oldest" }) =>
      db
        .select({ id: users.id })
        .from(users)
        .where(eq(users.id, id))
        .orderBy(order === "newest" ? desc(users.id) : asc(users.id)),
    );
    expect(await db.batch([found(db, { id, order: "oldest" })])).toStrictEqual([[{ id }]]);
    await expect(async () => db.batch([found(db, { id, order: "newest" })])).rejects.toThrow("asks what a value is");
  });
});

describe("a column in the SQL of a selection", () => {
  // Both tables have an `id`: without the name of its table it would be the inner one's.
  const count = sql<number>`(select count(*)::int from ${sessions} where ${sessions.user_id} = ${users.id})`;

  it("is that of its own table, also in a subquery over another", async () => {
    const { id } = await aUser();
    expect(await db.select({ count }).from(users).where(eq(users.id, id))).toStrictEqual([{ count: 1 }]);
  });

  it("is that of its own table in the answer of a change too", async () => {
    const { id } = await aUser();
    const own = sql<number>`(select count(*)::int from ${sessions} where ${sessions.user_id} = ${oneTimeTokens.user_id})`;
    const isThere = eq(oneTimeTokens.user_id, id);
    const token = { user_id: id, token_hash: uuidv7(), email: "a@example.com", expires_at: "2030-01-01T00:00:00Z" };
    for (const statement of [
      db
        .insert(oneTimeTokens)
        .values({ ...token, purpose: "reset_password" })
        .returning({ count: own }),
      db.update(oneTimeTokens).set({ email: "b@example.com" }).where(isThere).returning({ count: own }),
      db.delete(oneTimeTokens).where(isThere).returning({ count: own }),
    ]) {
      expect(await statement).toStrictEqual([{ count: 1 }]);
    }
  });
});
