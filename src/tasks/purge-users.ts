import { v7 as uuidv7 } from "uuid";
import { Purge } from "../crud/purge.ts";
import { purgeInSteps } from "../task/purge.ts";
import type { TaskContext } from "../task/task.ts";

/** The bounds of one step, so that it holds no lock for long. */
const limits = { users: 20, rows: 1_000 };

/** Purges deleted users after their grace period: first their personal fields, then step by step everything they owned. */
export const purgeUsers = purgeInSteps("purge-users", 1, purgeSome);

async function purgeSome({ db, step, settings }: TaskContext): Promise<{ found: number; removed: number }> {
  const [, { rows: users }] = await step(
    Purge.scrub(db, settings.DELETION_GRACE_DAYS, limits.users),
    Purge.listScrubbed(db, limits.users),
  );
  if (users.length === 0) return { found: 0, removed: 0 };
  const ids = users.map(({ id }) => id);
  const event = { kind: "account.purged" as const, actor_id: null, request_id: null, network: null };
  const finish = ids.map((id) => Purge.finish(db, id, { ...event, id: uuidv7(), user_id: id }));
  const results = await step(Purge.allow(db), ...Purge.removeRemains(db, ids, limits.rows), ...finish);
  const removed = results.slice(-finish.length).reduce((sum, { rows }) => sum + rows.length, 0);
  return { found: users.length, removed };
}
