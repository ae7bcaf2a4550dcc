import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, inject, it } from "vitest";
import type { LocalDatabase } from "../../dev/local/database.ts";
import { postgres } from "../../dev/local/postgres.ts";
import { createDatabase } from "../../dev/local/throwaway/database.ts";
import { blocksOf } from "./blocks.ts";
import { read, root } from "./pages.ts";
import { openShell } from "./shell.ts";

const scratch = await mkdtemp(join(tmpdir(), "operations-"));
const made = await createDatabase(inject("postgres"));
const server = postgres(inject("postgres"));
/** An address that the commands do not take for one of this machine. */
const elsewhere = (url: string) => {
  const there = new URL(url);
  there.hostname = "0.0.0.0";
  return there.href;
};
const name = new URL(made.url).pathname.slice(1);
const snapshot = `${name}_drill`;
const run = (query: string, database: LocalDatabase = server) => database.run({ query, params: [] });

/** Everything that the stand-ins of Cloudflare and Neon were told, and the secrets that they keep. */
const told: string[] = [];
const secrets = new Map<string, string>();
/** Every value that `DATABASE_URL` was given. */
const values: string[] = [];
let isDeployed = false;

/** Answers a command line of `npx`, as the two platforms would. */
async function standIn(line: string, input: string): Promise<string> {
  told.push(line);
  const [, secret = ""] = /^wrangler secret put (\w+) --env production$/.exec(line) ?? [];
  if (secret !== "") secrets.set(secret, input.trim());
  if (secret === "DATABASE_URL") values.push(input.trim());
  if (line === "neonctl connection-string --role-name neondb_owner") return elsewhere(made.url);
  if (line === "neonctl connection-string drill --role-name neondb_owner")
    return elsewhere(made.url.replace(name, snapshot));
  if (line.startsWith("neonctl branches create")) await run(`create database ${snapshot} template ${name}`);
  if (line.startsWith("neonctl branches restore")) {
    await run(`drop database ${name} with (force)`);
    await run(`create database ${name} template ${snapshot}`);
  }
  return "";
}

const platforms = createServer(async (request, response) => {
  if (request.url === "/health/ready") response.statusCode = isDeployed ? 200 : 503;
  if (request.url === "/deployed") isDeployed = secrets.has("DATABASE_URL") && secrets.has("SECRET_KEY");
  try {
    const line = request.headers["x-line"];
    response.end(typeof line === "string" ? await standIn(line, await text(request)) : "{}");
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
platforms.listen(0, "127.0.0.1");
await once(platforms, "listening");
// A server on TCP has an AddressInfo.
const url = `http://127.0.0.1:${(platforms.address() as AddressInfo).port}`;

afterAll(async () => {
  platforms.close();
  platforms.closeAllConnections();
  await run(`drop database if exists ${snapshot} with (force)`);
  await server.close();
  await made.drop();
  await rm(scratch, { recursive: true });
});

/** `npx` asks the stand-ins. `npm run ship` migrates for real, and leaves the upload to them. */
async function writeStandIns(): Promise<void> {
  const bin = join(scratch, "bin");
  await mkdir(bin, { recursive: true });
  const ask = (path: string, line: string) =>
    `PATH=$PLAIN_PATH curl --silent --show-error --fail-with-body --data-binary @- -H "X-Line: ${line}" ${url}${path}`;
  const npx = `#!/bin/sh
if [ "$1 $2" = "wrangler secret" ]; then cat; fi | ${ask("/ask", "$*")}\n`;
  const npm = `#!/bin/sh
if [ "$1 $2" = "run ship" ]; then
  "${process.execPath}" dev/commands/migrate.ts --env production && ${ask("/deployed", "$3 $4 $5")} < /dev/null
else PATH=$PLAIN_PATH exec npm "$@"; fi\n`;
  for (const [file, script] of Object.entries({ npx, npm })) {
    await writeFile(join(bin, file), script);
    await chmod(join(bin, file), 0o755);
  }
}

it("docs/operations.md leads from nothing to production, through a drill and back to an earlier time", async () => {
  await writeStandIns();
  const shell = await openShell(root, scratch);
  const blocks = blocksOf("docs/operations.md", await read("docs/operations.md")).filter(({ title }) =>
    title.startsWith("needs accounts"),
  );
  const [first, admin, keys, drill, back, ...others] = blocks.map(({ code }) => code);
  expect(others).toStrictEqual([]);
  const database = postgres(made.url);
  try {
    await shell.run(first ?? "");
    expect(told).toStrictEqual([
      "wrangler login",
      "neonctl projects create --name plinth",
      "neonctl connection-string --role-name neondb_owner",
      "wrangler secret put DATABASE_URL --env production",
      "wrangler secret put SECRET_KEY --env production",
      "-- production --yes",
    ]);
    expect(new URL(secrets.get("DATABASE_URL") ?? "").username).toBe(`${name}_worker`);
    expect(secrets.get("SECRET_KEY")).toMatch(/^[\w+/]{43}=$/);

    // The lines of db:role are good for another password, and set nothing where db:role fails.
    const renew = (first ?? "").slice((first ?? "").indexOf("URL=$(npm"), (first ?? "").indexOf("export SECRET_KEY"));
    await shell.run(renew);
    expect(new Set(values.map((value) => new URL(value).password)).size).toBe(2);
    await shell.run(`(export DATABASE_URL=postgresql://nobody@0.0.0.0:1/none\n${renew}) || true`);
    expect(values).toHaveLength(2);

    const { output, calls } = await shell.run(`export API=${url}\n${admin}`);
    expect(output).toContain("reset-password?token=");
    expect(calls.map(({ status }) => status)).toStrictEqual([200]);

    const rotated = await shell.run(keys ?? "");
    expect(rotated.output).toContain(`${secrets.get("SECRET_KEY")},`);
    expect(rotated.output.match(/wrangler secret put SECRET_KEY/g)).toHaveLength(3);

    // Somebody is signed in, and a mail waits.
    await run(
      "insert into sessions (id, user_id, token_hash, expires_at) select gen_random_uuid(), id, '', now() + interval '1 day' from users",
      database,
    );
    await run(
      "insert into mails (id, user_id, kind, recipient, data) select gen_random_uuid(), id, 'new_sign_in', email, '{}' from users",
      database,
    );
    await database.close();
    const drilled = await shell.run(drill ?? "");
    expect(drilled.output).toMatch(/\d+ rows in \d+ tables, of \d+ in 0\.0\.0\.0\S+ now\./);
    expect(drilled.output).toContain("it can serve");

    told.length = 0;
    values.length = 0;
    const settled = await shell.run(back ?? "");
    expect(told).toStrictEqual([
      "wrangler secret put DATABASE_URL --env production",
      "neonctl branches restore main ^self@2026-11-01T12:00:00Z --preserve-under-name before-restore",
      "wrangler secret put DATABASE_URL --env production",
    ]);
    expect(values.map((value) => new URL(value).username)).toStrictEqual(["closed", `${name}_worker`]);
    expect(settled.output).toContain("1 session ended, 1 mail held back, 1 link taken back");
    expect(settled.output).toContain("is up to date");
    const again = postgres(made.url);
    const live = await run("select count(*) from sessions where revoked_at is null", again);
    const waiting = await run("select count(*) from tasks where state = 'waiting' and name = 'mails/send'", again);
    await again.close();
    expect([live.rows[0]?.[0], waiting.rows[0]?.[0]]).toStrictEqual(["0", "0"]);
  } finally {
    await shell.close();
    await database.close().catch(() => undefined);
  }
});
