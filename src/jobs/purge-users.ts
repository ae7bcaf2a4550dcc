import { v7 as uuidv7 } from "uuid";
import { Purge } from "../crud/purge.ts";
import type { Job } from "./run.ts";

/** The bounds of one run, so that it ends within a minute; the next one continues. */
const limits = { users: 20, rows: 1_000 };

/** Purges deleted users after their grace period: first their personal fields, then step by step everything they owned. */
export const purgeUsers: Job = {
  name: "purge users",
  async run({ db, run, settings }) {
    const [, { rows: users }] = await run(
      Purge.scrub(db, settings.DELETION_GRACE_DAYS, limits.users),
      Purge.listScrubbed(db, limits.users),
    );
    let count = 0;
    for (const { id } of users) {
      const event = {
        id: uuidv7(),
        kind: "account.purged" as const,
        user_id: id,
        actor_id: null,
        request_id: null,
        network: null,
      };
      const results = await run(
        Purge.allow(db),
        ...Purge.removeRemains(db, id, limits.rows),
        Purge.finish(db, id, event),
      );
      count += results.at(-1)?.rows.length ?? 0;
    }
    return count;
  },
};
