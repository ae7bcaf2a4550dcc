import { asc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import { getTableConfig, pgTable, text } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runner } from "../../src/context/run.ts";
import type { Later, MemberEnv, Statement, TransactionEnv, UserEnv } from "../../src/context/types.ts";
import {
  hasNoRows,
  purgeOrganizationRows,
  reachEvery,
  reachOne,
  removeRowsOfOwners,
} from "../../src/crud/organization-rows.ts";
import { purgeRows } from "../../src/crud/rows.ts";
import { connect, type Database } from "../../src/db/client.ts";
import { dialect } from "../../src/db/drizzle.ts";
import { acrossOrganizations, organizationRow, organizationRules, organizations } from "../../src/db/schema.ts";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { task } from "../../src/task/task.ts";
import { aUser, db, serve, settings } from "../harness.ts";
import { anOrganization } from "../members.ts";
import { lookingAfter } from "../reach.ts";

const name = `notebooks_${uuidv7().replaceAll("-", "_")}`;
const notebooks = pgTable(name, { ...organizationRow, title: text().notNull() }, (table) =>
  organizationRules(name, table),
);
const [policy] = getTableConfig(notebooks).policies;
if (!policy?.using) throw new Error("there is no policy");
const using = dialect.sqlToQuery(policy.using).sql;
await db.execute(
  sql.raw(`create table ${name} (id uuid primary key, organization_id uuid not null, created_by uuid,
    created_at timestamptz default now(), updated_at timestamptz default now(), deleted_at timestamptz,
    version int default 1, title text not null)`),
);
await db.execute(sql.raw(`create index on ${name} (organization_id, id)`));
await db.execute(sql.raw(`alter table ${name} enable row level security, force row level security`));
await db.execute(sql.raw(`create policy ${policy.name} on ${name} using (${using})`));

const [ours, theirs] = [await anOrganization(), await anOrganization()];
const rowsOf = (organization: { id: string }, ...titles: string[]) =>
  db.insert(notebooks).values(titles.map((title) => ({ id: uuidv7(), organization_id: organization.id, title })));
await rowsOf(ours, "ours");
await rowsOf(theirs, "theirs", "theirs too");

type Caller = (UserEnv & MemberEnv)["Variables"];
type Vars = Caller & TransactionEnv<Caller>["Variables"];
/** Calls an endpoint below our organization, whose queries forget it, as its owner or somebody else. */
async function forgetting(work: (vars: Vars) => Promise<unknown>, caller: { token: string } = ours.owner) {
  const forgetful = endpoint(
    {
      ...({ method: "post", path: "/organizations/{organization_id}/forgetful", operationId: "forgetful" } as const),
      ...({ tags: ["users"], access: { member: "member" } } as const),
      summary: "Forget",
      description: "Forgets the organization.",
      transaction: true,
      roundTrips: 10,
      request: { params: z.object({ organization_id: z.uuid() }) },
      responses: { 200: json(z.array(z.string()), "Titles") },
    },
    async (c) => {
      const rows = z.array(z.object({ title: z.string() })).parse(await work(c.var));
      return c.json(rows.map(({ title }) => title).toSorted(), 200);
    },
  );
  const answer = await serve({ endpoints: [forgetful], mayFail: true })
    .as(caller)
    .post(`${ours.path}/forgetful`);
  return answer.status === 200 ? answer.body : answer.body.code;
}
const titlesOf = async (organization: { id: string }) =>
  (await db.select().from(notebooks).where(eq(notebooks.organization_id, organization.id)))
    .map(({ title }) => title)
    .toSorted();

describe("promise 43: a query that forgets the organization", () => {
  it.each<[string, (vars: Vars) => Promise<unknown>]>([
    ["a select with no condition", ({ db, run }) => run(db.select().from(notebooks))],
    ["a select with another condition", ({ db, run }) => run(db.select().from(notebooks).where(sql`version = 1`))],
    ["a page", ({ db, run }) => run(db.select().from(notebooks).orderBy(asc(notebooks.title)).limit(5))],
    [
      "a join",
      ({ db, run }) =>
        run(db.select({ title: notebooks.title }).from(notebooks).innerJoin(sql`(select 1 as one) as o`, sql`true`)),
    ],
    ["a batch", async ({ db, run }) => (await run(db.select().from(notebooks), db.select().from(notebooks)))[1]],
    ["a transaction", ({ transaction }) => transaction(({ db, run }) => run(db.select().from(notebooks)))],
  ])("shows nothing foreign: %s", async (_what, work) => {
    expect(await forgetting(work)).toStrictEqual(["ours"]);
  });

  it("changes and removes nothing foreign", async () => {
    expect(
      await forgetting(({ db, run }) => run(db.update(notebooks).set({ etag: sql`2` }).returning())),
    ).toStrictEqual(["ours"]);
    await rowsOf(ours, "gone");
    expect(
      await forgetting(({ db, run }) => run(db.delete(notebooks).where(sql`title <> 'ours'`).returning())),
    ).toStrictEqual(["gone"]);
    expect(await titlesOf(theirs)).toStrictEqual(["theirs", "theirs too"]);
  });

  it("takes and gives away no row", async () => {
    const values = { id: uuidv7(), organization_id: theirs.id, title: "smuggled" };
    for (const work of [
      ({ db, run }: Vars) => run(db.insert(notebooks).values(values).returning()),
      ({ db, run }: Vars) => run(db.update(notebooks).set({ organization_id: theirs.id }).returning()),
    ]) {
      expect(await forgetting(work)).toBe("internal");
    }
    expect([await titlesOf(ours), await titlesOf(theirs)]).toStrictEqual([["ours"], ["theirs", "theirs too"]]);
  });

  it("still asks the guard first, and shows a stranger nothing", async () => {
    const stranger = await aUser();
    for (const work of [
      ({ db, run }: Vars) => run(db.select().from(notebooks)),
      ({ db, run }: Vars) => run(db.select().from(notebooks).where(eq(notebooks.organization_id, ours.id))),
      ({ db, run }: Vars) => run(db.select().from(notebooks).orderBy(notebooks.id).limit(1)),
      ({ db, run }: Vars) => run(db.delete(notebooks).returning()),
    ]) {
      expect(await forgetting(work, stranger)).toBe("not_found");
    }
  });
});

describe("the rows of organizations", () => {
  const worker = connect(settings);

  it("are hidden outside of a request, also behind one on the same connection", async () => {
    expect(await worker.select().from(notebooks)).toStrictEqual([]);
    const admit = (id: string) => worker.execute(sql`select set_config('plinth.organization_id', ${id}, true)`);
    const [, mine] = await worker.batch([admit(ours.id), worker.select().from(notebooks)]);
    expect(mine).toHaveLength(1);
    for (let i = 0; i < 5; i++) expect(await worker.select().from(notebooks)).toStrictEqual([]);
  });

  it("are reached by a task that says so, all of them", async () => {
    const [, all] = await worker.batch([reachEvery(worker), worker.select().from(notebooks)]);
    expect(all).toHaveLength(3);
  });

  it("are reached of one organization at a time: of none where the last that was named is unknown, or is several", async () => {
    const [named, nobody] = [eq(organizations.id, ours.id), eq(organizations.slug, "nobody")];
    const reach = async (...which: SQL[]) => {
      const reaching = which.map((where) => reachOne(worker, where));
      return (await worker.batch([worker.execute(sql`select`), ...reaching, worker.select().from(notebooks)])).at(-1);
    };
    expect(await reach(nobody, named)).toHaveLength(1);
    expect(await reach(named, nobody)).toStrictEqual([]);
    await expect(reach(sql`${organizations.id} in (${ours.id}::uuid, ${theirs.id}::uuid)`)).rejects.toThrow();
  });

  it("are shown on a public page that names their organization, in one round trip, until it is deleted", async () => {
    const shown = endpoint(
      {
        ...({
          method: "get",
          path: "/public/notebooks/{slug}",
          operationId: "readNotebooks",
          tags: ["users"],
        } as const),
        ...({ summary: "Read", description: "Reads.", access: "public" } as const),
        request: { params: z.object({ slug: z.string() }) },
        responses: { 200: json(z.array(z.string()), "Titles") },
      },
      async ({ req, json, var: { db, run } }) => {
        const bySlug = eq(organizations.slug, req.valid("param").slug);
        const published = db.select({ title: notebooks.title }).from(notebooks).where(eq(notebooks.title, "published"));
        const [, rows] = await run(reachOne(db, bySlug), published);
        return json(
          rows.map(({ title }) => title),
          200,
        );
      },
    );
    const app = serve({ endpoints: [shown] });
    const organization = await anOrganization();
    await rowsOf(organization, "published", "draft");
    const read = (slug: string) => app.get(`/public/notebooks/${slug}`);
    expect(await read(organization.slug)).toMatchObject({ body: ["published"], roundTrips: 1 });
    expect(await read("nobody")).toMatchObject({ body: [] });
    await db.update(organizations).set({ deleted_at: sql`now()` }).where(eq(organizations.id, organization.id));
    expect(await read(organization.slug)).toMatchObject({ body: [] });
  });

  it("are not forgotten in silence: a test fails where nothing says whose rows a task or a public page means", async () => {
    const asking = (reach: (db: Database) => Statement | undefined) =>
      endpoint(
        {
          ...({ method: "get", path: "/public/notebooks", operationId: "countNotebooks", tags: ["users"] } as const),
          ...({ summary: "Count", description: "Counts.", access: "public" } as const),
          responses: { 200: json(z.int(), "The number") },
        },
        async ({ json, var: { db, run } }) => {
          const [, rows] = await run(reach(db), db.select({ id: notebooks.id }).from(notebooks).limit(100));
          return json(rows.length, 200);
        },
      );
    const count = (reach: (db: Database) => Statement | undefined) =>
      lookingAfter(name, () => serve({ endpoints: [asking(reach)] }).get("/public/notebooks"));
    await expect(count(() => undefined)).rejects.toThrow(`A statement names ${name}, whose rows organizations own`);
    const ofOurs = eq(organizations.id, ours.id);
    expect(await count((db) => reachOne(db, ofOurs))).toMatchObject({ status: 200 });
    // A row cannot be asked for its organization, before that is named.
    const byRow = sql`${organizations.id} = (select ${notebooks.organization_id} from ${notebooks} limit 1)`;
    await expect(count((db) => reachOne(db, byRow))).rejects.toThrow("says of which");
    const forgetful = task({ name: "notebooks/forget" }, async ({ db, run }) => {
      await run(db.delete(notebooks).where(sql`false`));
    });
    const mindful = task({ name: "notebooks/mind" }, async ({ db, run }) => {
      await run(reachEvery(db), db.delete(notebooks).where(sql`false`));
    });
    const tasks = [forgetful, mindful];
    const app = serve({ deps: { tasks } });
    const perform = (later: Later) =>
      lookingAfter(name, async () => {
        await runner(db, { tasks })(later);
        return app.tasks();
      });
    await expect(perform(forgetful.later())).rejects.toThrow("put reachEvery or reachOne in front of it");
    expect(await perform(mindful.later())).toContainEqual(
      expect.objectContaining({ name: mindful.name, state: "done" }),
    );
    expect(await lookingAfter(name, () => forgetting(({ db, run }) => run(db.select().from(notebooks))))).toContain(
      "ours",
    );
  });

  it("are found by their indexes, with the guard before the first of them", async () => {
    await db.execute(sql`insert into ${notebooks} (id, organization_id, title)
      select gen_random_uuid(), gen_random_uuid(), 'many' from generate_series(1, 5000)`);
    await db.execute(sql`analyze ${notebooks}`);
    const page = worker
      .select(getTableColumns(notebooks))
      .from(notebooks)
      .where(
        sql`${eq(notebooks.organization_id, ours.id)}
          and require_member(${ours.owner.id}::uuid, ${ours.id}::uuid, array['owner'], '{}', 'x')`,
      )
      .orderBy(notebooks.id)
      .limit(21);
    const { rows } = await worker.execute<{ "QUERY PLAN": string }>(sql`explain (analyze, costs off) ${page.getSQL()}`);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    const [guard, scan] = [plan.indexOf("One-Time Filter: require_member"), plan.indexOf("Index Scan using")];
    expect(guard, plan).toBeGreaterThan(0);
    expect(scan, plan).toBeGreaterThan(guard);
    expect(plan).not.toContain("Sort");
  });

  it("have a policy wherever there is an organization_id, unless queries go across organizations on purpose", async () => {
    const { rows } = await db.execute<{ table: string }>(sql`
      select relname as table from pg_class join pg_attribute on attrelid = pg_class.oid
      where attname = 'organization_id' and relkind = 'r' and not (relrowsecurity and relforcerowsecurity) order by 1`);
    const exempt = acrossOrganizations.map((table) => getTableConfig(table).name);
    expect(rows.map(({ table }) => table)).toStrictEqual(exempt.toSorted());
  });
});

describe("an organization that was deleted long ago", () => {
  it("goes with its rows: first those, by and by, then itself", async () => {
    const old = await anOrganization({ deleted_at: "2020-01-01T00:00:00.000Z" });
    await rowsOf(old, "one", "two");
    const worker = connect(settings);
    const purge = async () => {
      const gone = sql`${organizations.id} = ${old.id}::uuid and ${hasNoRows([notebooks])}`;
      const [, rows, , itself] = await worker.batch([
        reachEvery(worker),
        purgeOrganizationRows(worker, notebooks, 30, 1),
        reachEvery(worker),
        purgeRows(worker, organizations, 30, 1, gone),
      ]);
      return [rows.rows.length, itself.rows.length];
    };
    expect([await purge(), await purge(), await titlesOf(ours)]).toStrictEqual([[1, 0], [1, 1], ["ours"]]);
  });

  it("goes with its owner", async () => {
    const old = await anOrganization({ deleted_at: "2020-01-01T00:00:00.000Z" });
    await rowsOf(old, "one", "two");
    const worker = connect(settings);
    const theirs = sql`any(array[${old.owner.id}]::uuid[])`;
    const removed = () =>
      worker.batch([reachEvery(worker), removeRowsOfOwners(worker, notebooks, theirs, 1)]).then(([, one]) => one.rows);
    expect([await removed(), await removed(), await removed()].map((rows) => rows.length)).toStrictEqual([1, 1, 0]);
  });
});
