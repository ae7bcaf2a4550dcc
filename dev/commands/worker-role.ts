/**
 * `npm run db:role [-- --env production] [--new-password]`: makes the role that the Worker signs in as. Prints nothing but
 * its connection string on the standard output, for `wrangler secret put DATABASE_URL`. Fails if it has none for a pipe.
 */
import { parseArgs } from "node:util";
import { CommandError, failWith } from "../config.ts";
import { againCommand, interruptible, type Progress } from "../interruption.ts";
import { explained } from "../local/explained.ts";
import { openDatabase } from "../local/open.ts";
import { environment } from "../local/target.ts";
import { makeWorkerRole } from "../migrations/worker-role.ts";

const newPassword = "--new-password";
const unchanged = "Its password is unchanged. For another: --new-password.";

async function main(progress: Progress): Promise<void> {
  const { values } = parseArgs({ options: { env: { type: "string" }, "new-password": { type: "boolean" } } });
  const { database, url, where, close } = await openDatabase({ env: environment(values.env) });
  const finish = againCommand("db:role", [...process.argv.slice(2).filter((one) => one !== newPassword), newPassword]);
  progress.at({
    doing: `making the Worker's role of ${where}`,
    perhaps: "it has a new password that nobody knows, and a Worker with an older one is refused.",
    next: [`Finish: ${finish}`],
  });
  try {
    const { name, password } = await makeWorkerRole(database, { newPassword: values["new-password"] ?? false });
    console.error(`The role ${name} of ${where} may read and write its rows, and no more.`);
    if (password !== undefined) console.log(urlOf(url, name, password));
    else if (process.stdout.isTTY) console.error(unchanged);
    // A pipe would take an empty output for the secret.
    else throw new CommandError(`${unchanged} There is no connection string to pass on.`);
  } catch (error) {
    throw explained(error, where);
  } finally {
    await close();
  }
}

/** The connection string with another role. */
function urlOf(url: string, role: string, password: string): string {
  const mine = new URL(url);
  mine.username = encodeURIComponent(role);
  mine.password = password;
  return mine.href;
}

if (import.meta.main) await interruptible(main).catch(failWith);
