/**
 * `npm run dev`: one process that uses the database and runs the Worker, and takes what it started with it when it ends.
 * `--json` writes the log as in production. `--chaos` lets a request choose a fault by `X-Chaos`, and `--chaos-share 0.05` lets
 * so many of all requests meet one. `--shape group` and `--shape endpoint` run the API as several Workers. Other ports
 * and another database: `PORT=9000 npm run dev`, and `INSPECTOR_PORT` and `DATABASE_URL` likewise.
 */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connect } from "../../src/db/client.ts";
import { SettingsError, settingsFrom } from "../../src/settings.ts";
import { CommandError, dataFolder, describeDatabase, failWith, hasFrontEnd } from "../config.ts";
import { migrate } from "../migrations/migrate.ts";
import { type Shape, shapes } from "../shapes/parts.ts";
import { asWorker } from "./as-worker.ts";
import { banner } from "./banner.ts";
import { bindingsFor } from "./bindings.ts";
import { explained } from "./explained.ts";
import { oldDatabaseNotice } from "./kept/folder.ts";
import { keepLive } from "./live.ts";
import { formatLog } from "./log-lines.ts";
import { LogStore } from "./log-store.ts";
import { openMailbox } from "./mailbox.ts";
import { serveNeon } from "./neon.ts";
import { type OpenDatabase, openDatabase } from "./open.ts";
import { firstFree, whyBusy } from "./port.ts";
import { whenNpmEnds } from "./processes.ts";
import { seed } from "./seed.ts";
import { SqlFaults } from "./sql-faults.ts";
import { startWorker } from "./worker/worker.ts";

type Closeable = { close(): Promise<void> };

/** Everything open, in the order of opening. */
const open: Closeable[] = [];
let isStopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));
void whenNpmEnds(() => void stop(0));
// A closed terminal cannot be written to, and must not keep us from closing the database.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

await main().catch(async (error) => {
  if (isStopping) return;
  await closeAll();
  failWith(error);
});

async function main(): Promise<void> {
  const flag = { type: "boolean", default: false } as const;
  const share = { type: "string", default: "0" } as const;
  const { values } = parseArgs({
    options: { json: flag, chaos: flag, "chaos-share": share, shape: { type: "string", default: "single" } },
  });
  const shape = shapeOf(values.shape);
  const { json, chaos } = values;
  const port = await choosePort("PORT", 8787);
  const mailboxPort = port + 1;
  const inspector = process.env.INSPECTOR_PORT && (await choosePort("INSPECTOR_PORT", 9229, [port, mailboxPort]));
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const opened = await step("Opening the database", () => openDatabase({ isDev: true, onLost: endWith }));
  open.push(opened);
  const { where } = opened;
  await step("Applying migrations", () =>
    migrate(opened.database).catch((error) => {
      throw explained(error, where);
    }),
  );
  const api = `http://localhost:${port}`;
  const mailbox = await openMailbox({ port: mailboxPort, api });
  open.push(mailbox);
  const faults = new SqlFaults();
  const store = new LogStore(dataFolder);
  const made = { api, database: await speakNeon(opened, faults, { chaos, store }), mailbox };
  const order: Record<string, string> = chaos ? { PLINTH_CHAOS: shareOf(values["chaos-share"]) } : {};
  const bindings = { ...(await bindingsFor(made)), ...order };
  const settings = settingsFrom(bindings);
  if (settings instanceof SettingsError) throw settings;
  const admin = await step("Seeding", () =>
    seed(connect(settings), join(dataFolder, "admins.json"), opened.isKept ? "kept" : where),
  );
  // Looked for as late as can be, since another server may start at the same time.
  const inspectorPort = inspector || (await firstFree(9229));
  const worker = startWorker({
    port,
    inspectorPort,
    bindings,
    folder: dataFolder,
    shape,
    onLog: (text) => {
      const { line, entry } = formatLog(text, faults, { json, now: new Date() });
      if (entry) store.add(entry);
      console.log(line);
    },
  });
  open.push(worker);
  await step(shape ? `Building and starting a Worker for each ${shape}` : "Starting the Worker", () => worker.ready);
  void worker.ended.then((code) => {
    if (!isStopping) console.error("\nThe Worker's runtime has ended; what it said is above.");
    return stop(code || 1);
  });
  // In production the cron trigger does it; the first time lets the schedules of `every` begin.
  const trigger = () => void fetch(`http://127.0.0.1:${port}/cdn-cgi/handler/scheduled`).catch(() => {});
  trigger();
  setInterval(trigger, 60 * 60_000).unref();
  open.push(...(await keepLive(worker, async () => ({ ...(await bindingsFor(made)), ...order }))));
  const database = opened.isKept ? `psql ${opened.url}` : where;
  if (chaos) console.log("--chaos: a request chooses by X-Chaos which fault its calls to the database meet.");
  console.log(banner({ api, app: hasFrontEnd(), mailbox: mailbox.url, database, inspectorPort, admin }));
  const notice = oldDatabaseNotice(dataFolder);
  if (notice !== undefined) console.log(`${notice}\n`);
}

/** The port that this variable names, or `usual`. Throws a {@link CommandError} if it cannot be used. */
async function choosePort(name: string, usual: number, taken: number[] = []): Promise<number> {
  const port = Number(process.env[name] || usual);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CommandError(`${name} must be a number from 1 to 65535.`);
  }
  const why = taken.includes(port) ? "is for the API or the mailbox" : await whyBusy(port);
  if (why === undefined) return port;
  // The next port is the mailbox's where another `npm run dev` has this one.
  const free = await firstFree(Math.max(port, ...taken) + 1).catch(() => usual);
  throw new CommandError(`Port ${port} ${why}: choose another, as in ${name}=${free} npm run dev.`);
}

/** The share of calls that meet a fault by lot. */
function shareOf(text: string): string {
  if (Number(text) >= 0 && Number(text) <= 1) return text;
  throw new CommandError("--chaos-share is a number from 0 to 1.");
}

/** The shape of an API in several Workers; undefined for one. */
function shapeOf(text: string): Shape | undefined {
  const shape = shapes.find((one) => one === text);
  if (shape || text === "single") return shape;
  throw new CommandError(`--shape is single, ${shapes.join(" or ")}.`);
}

/** Uses Neon's own endpoint, or a local one in front of any other Postgres, as the Worker's role. */
async function speakNeon(
  opened: OpenDatabase,
  faults: SqlFaults,
  { chaos, store }: { chaos: boolean; store: LogStore },
) {
  const { url } = opened;
  if (/\.neon\.tech(:\d+)?\//.test(describeDatabase(url))) {
    if (chaos) throw new CommandError("--chaos needs a database on this machine: Neon's own endpoint takes no orders.");
    return { DATABASE_URL: url };
  }
  const database = await asWorker(opened.database, url).catch((error) => {
    if (!(error instanceof CommandError)) throw explained(error, opened.where);
    console.log(`${error.message} Until then the Worker runs as the owner of its tables, unlike in production.`);
    return undefined;
  });
  if (database) open.push(database);
  // Protects the endpoint, which every process on this machine can reach, with a password of its own.
  const endpoint = await serveNeon(faults.of(database ?? opened.database), {
    password: randomBytes(18).toString("base64url"),
    chaos,
    hear: (heard) => store.add({ level: "info", message: "statements", ...heard }),
  });
  open.push(endpoint);
  return { DATABASE_URL: endpoint.connectionString, NEON_FETCH_ENDPOINT: endpoint.url };
}

/** Prints a step and the time it took. */
async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  if (isStopping) throw new Error("stopping");
  const started = performance.now();
  process.stdout.write(`${what} … `);
  try {
    const result = await work();
    console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
    return result;
  } catch (error) {
    console.log("failed");
    throw error;
  }
}

/** Ends this process with what went wrong while it ran. */
function endWith(error: unknown): void {
  if (isStopping) return;
  console.error(error instanceof CommandError ? error.message : error);
  void stop(1);
}

async function closeAll(): Promise<void> {
  for (let next = open.pop(); next; next = open.pop()) await next.close();
}

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  console.log("\nStopping.");
  // Waits ten seconds at most for anything that hangs.
  setTimeout(() => process.exit(1), 10_000).unref();
  await closeAll();
  process.exit(code);
}
