import { postgres } from "../../../dev/local/postgres.ts";
import { startDevServer } from "../../../test/e2e/dev-server.ts";

/** Starts `npm run dev` on an empty database, with the app as it was built, and tells the tests where it is. */
export default async function start(): Promise<() => Promise<void>> {
  const server = await startDevServer();
  const mailbox = /^ +Mailbox +(\S+)$/m.exec(server.output())?.[1];
  const database = /^ +Database +psql (\S+)$/m.exec(server.output())?.[1];
  if (!mailbox || !database)
    throw new Error(`npm run dev says neither its mailbox nor its database:\n${server.output()}`);
  await someTasks(database);
  Object.assign(process.env, {
    WEB_URL: server.url,
    WEB_MAILBOX: mailbox,
    WEB_ADMIN: server.email,
    WEB_ADMIN_PASSWORD: server.password,
  });
  return server.stop;
}

/** One task that failed for good and one that waits, for an admin to find: no endpoint leaves such behind. */
async function someTasks(url: string): Promise<void> {
  const database = postgres(url);
  const rows = [
    "(gen_random_uuid(), 'orders/send-receipt', '{}', 'dead', 10, 'api.example.com answered 503', now())",
    "(gen_random_uuid(), 'orders/ship', '{}', 'waiting', 0, null, null)",
  ];
  const columns = "id, name, input, state, attempt, error, finished_at";
  await database.run({ query: `insert into tasks (${columns}) values ${rows.join(", ")}`, params: [] });
  await database.close();
}
