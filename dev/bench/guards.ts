/**
 * `npm run bench:guards [-- --rounds 7 --times 4000]`: the CPU of the Worker for a token and for an API key, and that of
 * PostgreSQL for rows of an organization with and without their policy, behind the guard of a member.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import { getTableConfig, pgTable, text } from "drizzle-orm/pg-core";
import pg from "pg";
import { v7 as uuidv7 } from "uuid";
import { memberGuard, userGuard } from "../../src/crud/guards.ts";
import { keyset, newestFirst } from "../../src/crud/keyset.ts";
import { ofOrganization, reachableIn } from "../../src/crud/organization-rows.ts";
import { connect } from "../../src/db/client.ts";
import { allOf, dialect } from "../../src/db/drizzle.ts";
import { runGuarded } from "../../src/db/guarded.ts";
import { organizationRow, organizationRules } from "../../src/db/schema.ts";
import { type Closeables, closing } from "../closing.ts";
import { failWith } from "../config.ts";
import { textTable, wholeNumberOption } from "../terminal.ts";
import { cpuOf, machine, median, startDatabase } from "./tools.ts";
import { startBenchWorker } from "./worker.ts";

const notes = pgTable("bench_notes", { ...organizationRow, title: text().notNull() }, (columns) =>
  organizationRules("bench_notes", columns),
);
const organizationCount = 1_000;

type Options = { rounds: number; times: number };
type Work = { name: string; run: () => Promise<void>; before?: () => Promise<unknown> };

async function main(open: Closeables): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "7" }, times: { type: "string", default: "4000" } },
  });
  const options = {
    rounds: wholeNumberOption("rounds", values.rounds, { min: 1, max: 100 }),
    times: wholeNumberOption("times", values.times, { min: 10, max: 1_000_000 }),
  };
  const { url, endpoint } = await startDatabase(open);
  const SECRET_KEY = randomBytes(32).toString("hex");
  const bindings = { ENVIRONMENT: "staging", SECRET_KEY, DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint };
  const origin = await startBenchWorker(open, bindings, { entry: "dev/bench/credentials-worker.ts" });
  const credentials = ["token", "key", "key with a wrong checksum"].map((kind) => ({
    name: kind,
    run: async () => {
      const query = new URLSearchParams({ kind, times: String(10 * options.times) });
      await (await fetch(`${origin}/?${query}`)).text();
    },
  }));
  // A verification takes so little that it needs more of them to be seen.
  const many = { ...options, times: 10 * options.times };
  print("workerd, a verification", await measure("workerd", credentials, many), many);
  print(
    "PostgreSQL, a statement",
    await measure("postgres", await statements(open, { url, endpoint }, options), options),
    options,
  );
  console.log(machine());
}

/** Measures in turns, so that a disturbance affects all; the round before the first warms up. Microseconds of CPU. */
async function measure(program: Parameters<typeof cpuOf>[0], works: Work[], { rounds, times }: Options) {
  const measured = works.map((work) => ({ ...work, each: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const { run, before, each } of measured) {
      await before?.();
      const since = await cpuOf(program);
      await run();
      if (round > 0) each.push(((await cpuOf(program)) - since) * (1_000 / times));
    }
  }
  return measured;
}

function print(what: string, measured: { name: string; each: number[] }[], { rounds, times }: Options): void {
  const rows = measured.map(({ name, each }) => [name, Math.min(...each).toFixed(1), median(each).toFixed(1)]);
  console.log(`\n${textTable([what, "least, µs", "median, µs"], rows)}\n`);
  console.log(`CPU, ${rounds} rounds of ${times.toLocaleString("en")} in turns.`);
}

/** The read of a row and of a page, with and without the policy, by the Worker's role. */
async function statements(open: Closeables, { url, endpoint }: { url: string; endpoint: string }, { times }: Options) {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  open.push(() => owner.end());
  const [user, organization, note, session] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const [policy] = getTableConfig(notes).policies;
  const using = policy?.using ? dialect.sqlToQuery(policy.using).sql : "true";
  for (const statement of fillWith({ user, organization, note, session }, `${policy?.name}`, using)) {
    await owner.query(statement);
  }
  const db = connect({ DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint, DATABASE_TIMEOUT_MS: 120_000 });
  const member = { organizationId: organization, userId: user };
  const asMember = memberGuard("member", "the role member");
  const { past, orderBy } = keyset(newestFirst(notes.created_at), notes.id, undefined);
  const rows = ofOrganization(notes, member, "live");
  const reads = {
    "a row": () =>
      db
        .select()
        .from(notes)
        .where(reachableIn(notes, note, member)),
    "a page of 21": () =>
      db
        .select()
        .from(notes)
        .where(sql`${rows} and ${past ?? sql`true`}`)
        .orderBy(...orderBy)
        .limit(21),
  };
  return Object.entries(reads).flatMap(([name, read]) =>
    ["disable", "enable"].map(
      (how): Work => ({
        name: `${name}, ${how === "enable" ? "with" : "without"} the policy`,
        before: () => owner.query(`alter table bench_notes ${how} row level security`),
        run: async () => {
          const guard = () => allOf(userGuard({ id: user, sessionId: session }), asMember(user, organization));
          for (let i = 0; i < times; i++) await runGuarded(db, read(), guard());
        },
      }),
    ),
  );
}

/** A table of 300 rows each of a thousand organizations, and a member of one. */
function fillWith(ids: Record<"user" | "organization" | "note" | "session", string>, policy: string, using: string) {
  const { user, organization, note, session } = ids;
  return [
    `insert into users (id, email, username, password_hash) values ('${user}', 'a@example.com', 'a', '')`,
    `insert into sessions (id, user_id, token_hash, expires_at) values ('${session}', '${user}', '', now() + interval '1 day')`,
    `insert into organizations (id, name, slug, owner_id)
     select case n when 1 then '${organization}' else uuidv7() end, n, n, '${user}' from generate_series(1, ${organizationCount}) n`,
    `insert into organization_members (organization_id, user_id, role) values ('${organization}', '${user}', 'admin')`,
    `create table bench_notes (id uuid primary key, organization_id uuid not null, created_by uuid,
     created_at timestamptz(3) default now(), updated_at timestamptz(3) default now(), deleted_at timestamptz(3),
     version int default 1, title text not null)`,
    `insert into bench_notes (id, organization_id, title)
     select case when o.id = '${organization}' and n = 1 then '${note}' else uuidv7() end, o.id, 'A note'
     from generate_series(1, 300) n, organizations o`,
    "create index on bench_notes (organization_id, id)",
    "create index on bench_notes (organization_id, created_at, id) where deleted_at is null",
    `create policy "${policy}" on bench_notes using (${using})`,
    "alter table bench_notes enable row level security, force row level security",
    "vacuum analyze bench_notes, organizations, organization_members, users, sessions",
  ];
}

await closing(main).catch(failWith);
