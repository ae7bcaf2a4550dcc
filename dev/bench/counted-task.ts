/** The task of `npm run bench:tasks`, and the world that it runs in. */
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Deps } from "../../src/context/types.ts";
import { connect } from "../../src/db/client.ts";
import type { Bindings } from "../../src/settings.ts";
import { task } from "../../src/task/task.ts";

/** Has one effect, which no constraint keeps from being had twice. Its short timeout makes its lease short. */
export const countedTask = task(
  { name: "bench/counted", input: z.object({ n: z.int() }), timeout: 1, retry: { attempts: 1_000, mostSeconds: 10 } },
  ({ db, run }, { n }) => run(db.execute(sql`insert into bench_effects (n) values (${n}) returning n`)),
);

const unused = () => {
  throw new Error("The benchmark has no requests, no passwords and no cache");
};

export const benchDeps: Deps = {
  connect,
  begin: unused,
  address: unused,
  answers: { match: unused, put: unused, delete: unused },
  hasher: unused,
  transport: () => undefined,
  now: () => new Date(),
  cache: unused,
  log: () => undefined,
  tasks: [countedTask],
  wake: unused,
};

export function countedTaskBindings(url: string, endpoint: string): Bindings {
  return {
    ...{ ENVIRONMENT: "test", DATABASE_URL: url, NEON_FETCH_ENDPOINT: endpoint, SUBREQUESTS: "1000000" },
    SECRET_KEY: "k3v9QmX2pLzR7tWyB4nHcJ6sDfG8aUeT1oVhYxZiMwQ",
  };
}
