import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";

const Ready = z.object({ postgres: z.url(), database: z.url() });

/** A PostgreSQL of one run of tests or of a benchmark: the administrator's connection string, that of an empty database, and their end. */
export type ThrowawayPostgres = z.infer<typeof Ready> & { stop(): Promise<void> };

/** Starts a PostgreSQL for this run, or takes the server of `TEST_DATABASE_URL`; whatever ends the run ends it. */
export async function startPostgres(): Promise<ThrowawayPostgres> {
  const keeper = fork(join(import.meta.dirname, "keeper.ts"), { detached: true, execArgv: [] });
  const ended = once(keeper, "exit");
  const answer = await Promise.race([
    once(keeper, "message"),
    ended.then(() => Promise.reject(new Error("PostgreSQL did not start; the reason is above"))),
  ]);
  return {
    ...Ready.parse(answer[0]),
    async stop() {
      if (keeper.connected) keeper.disconnect();
      await ended;
    },
  };
}
