import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { CommandError } from "../../config.ts";

const Ready = z.object({ postgres: z.url(), database: z.url() });

/** A PostgreSQL of one run of tests or of a benchmark: the administrator's connection string, that of an empty database, and their end. */
export type ThrowawayPostgres = z.infer<typeof Ready> & { stop(): Promise<void> };

/**
 * Starts a PostgreSQL for this run, or takes the server of `TEST_DATABASE_URL`; whatever ends the run ends it. From then
 * on this process has a `TMPDIR` of its own, which goes with it, as does all that it has started and left running.
 */
export async function startPostgres(): Promise<ThrowawayPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-run-")).catch((error: Error) => {
    throw new CommandError(
      `Nothing can be made in the folder for temporary files, which TMPDIR names: ${error.message}.`,
    );
  });
  // Open to everybody, like /tmp: PostgreSQL may run as another user.
  await chmod(folder, 0o1777);
  const keeper = fork(join(import.meta.dirname, "keeper.ts"), [String(process.pid), folder], {
    detached: true,
    execArgv: [],
  });
  const ended = once(keeper, "disconnect");
  const answer = await Promise.race([
    once(keeper, "message"),
    ended.then(() => Promise.reject(new CommandError("PostgreSQL did not start; the reason is above."))),
  ]);
  process.env.TMPDIR = folder;
  return {
    ...Ready.parse(answer[0]),
    async stop() {
      if (keeper.connected) keeper.send("stop");
      await ended;
      // It waits for the end of this process.
      keeper.unref();
    },
  };
}
