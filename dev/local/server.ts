/** `npm run dev`: one process that holds the database and runs the Worker, and takes both with it when it ends. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { connect } from "../../src/db/client.ts";
import { SettingsError, settingsFrom } from "../../src/settings.ts";
import { dataFolder, describeDatabase, devVars, failWith, Problem } from "../config.ts";
import { migrate } from "../migrations/migrate.ts";
import { explained } from "./explained.ts";
import { oldDatabaseNotice } from "./kept/folder.ts";
import { type Mailbox, openMailbox } from "./mailbox.ts";
import { serveNeon } from "./neon.ts";
import { type OpenDatabase, openDatabase } from "./open.ts";
import { whenNpmEnds } from "./processes.ts";
import { type Credentials, seed } from "./seed.ts";
import { startWrangler } from "./wrangler.ts";

type Closeable = { close(): Promise<void> };

/** What is open, in the order in which it was opened. */
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
  const port = await choosePort();
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
  const mailbox = await openMailbox({ port: port + 1, api });
  open.push(mailbox);
  const bindings = await makeBindings(opened, mailbox);
  const settings = settingsFrom(bindings);
  if (settings instanceof SettingsError) throw new Problem(`Check .dev.vars: ${settings.message}.`);
  const admin = await step("Seeding", () =>
    seed(connect(settings), join(dataFolder, "admins.json"), opened.isKept ? "kept" : where),
  );
  const wrangler = await step("Starting the Worker", async () => {
    const started = await startWrangler({ port, bindings, folder: dataFolder });
    open.push(started);
    await started.ready;
    return started;
  });
  void wrangler.ended.then((code) => {
    if (!isStopping) console.error("\nThe Worker's runtime has ended; what it said is above.");
    return stop(code || 1);
  });
  // In production a cron trigger does it.
  setInterval(() => void fetch(`http://127.0.0.1:${port}/cdn-cgi/handler/scheduled`).catch(() => {}), 60_000).unref();
  printBanner(api, opened.isKept ? `psql ${opened.url}` : where, mailbox.url, admin);
  const notice = oldDatabaseNotice(dataFolder);
  if (notice !== undefined) console.log(`${notice}\n`);
}

async function choosePort(): Promise<number> {
  const port = Number(process.env.PORT || 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Problem("PORT must be a number from 1 to 65535.");
  const probe = createServer().listen(port, "127.0.0.1");
  await once(probe, "listening").catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "EADDRINUSE" ? "is in use by another program" : `cannot be used (${error.code})`;
    throw new Problem(`Port ${port} ${why}: choose another, as in PORT=${port + 1} npm run dev.`);
  });
  probe.close();
  await once(probe, "close");
  return port;
}

/** Neon speaks for itself; any other Postgres is spoken for by the local endpoint. */
async function makeBindings({ database, url }: OpenDatabase, mailbox: Mailbox): Promise<Record<string, string>> {
  const isNeon = /\.neon\.tech(:\d+)?\//.test(describeDatabase(url));
  // The endpoint is anybody's to reach on this machine: the password is not.
  const password = randomBytes(18).toString("base64url");
  const endpoint = isNeon ? undefined : await serveNeon(database, { password });
  if (endpoint) open.push(endpoint);
  const own = await devVars();
  return {
    ENVIRONMENT: "development",
    SECRET_KEY: await secretKey(),
    ALLOWED_ORIGINS: process.env.ALLOWED_ORIGINS ?? "http://localhost:3000,http://localhost:5173",
    FRONTEND_URL: "http://localhost:3000",
    MAIL_FROM: "Plinth <no-reply@plinth.example>",
    ...(!own.RESEND_API_KEY && { MAIL_ENDPOINT: mailbox.endpoint }),
    ...own,
    ...(endpoint ? { DATABASE_URL: endpoint.connectionString, NEON_FETCH_ENDPOINT: endpoint.url } : {}),
    ...(isNeon && { DATABASE_URL: url }),
  };
}

async function secretKey(): Promise<string> {
  const file = join(dataFolder, "secret-key");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known !== "") return known;
  const key = randomBytes(32).toString("base64url");
  await writeFile(file, key, { mode: 0o600 });
  return key;
}

/** Says what is being done, and how long it took. */
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

function printBanner(url: string, where: string, mailbox: string, admin: Credentials | undefined): void {
  const login = admin && `curl -s ${url}/api/v1/auth/login -d username=${admin.email} -d password=${admin.password}`;
  const token = `sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
  const rows = [
    ["API", url],
    ["Docs", `${url}/api/v1/docs`],
    ["Mailbox", mailbox],
    ["Database", where],
    ...(admin
      ? [
          ["Admin", admin.email],
          ["Password", admin.password],
        ]
      : []),
  ];
  console.log(`\n${rows.map(([name = "", value]) => `  ${name.padEnd(10)}${value}`).join("\n")}\n`);
  if (login) {
    console.log(`Sign in as the admin and see who you are:\n`);
    console.log(`  curl ${url}/api/v1/users/me -H "Authorization: Bearer $(${login} | ${token})"\n`);
  }
  console.log("Changes under src/ are live. Ctrl-C stops everything. One line follows for each request:\n");
}

/** Ends this process with what went wrong while it ran. */
function endWith(error: unknown): void {
  if (isStopping) return;
  console.error(error instanceof Problem ? error.message : error);
  void stop(1);
}

async function closeAll(): Promise<void> {
  for (let next = open.pop(); next; next = open.pop()) await next.close();
}

async function stop(code: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  console.log("\nStopping.");
  // Whatever hangs, hangs for ten seconds at the most.
  setTimeout(() => process.exit(1), 10_000).unref();
  await closeAll();
  process.exit(code);
}
