import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { oldDatabaseNotice } from "../../../dev/local/kept/folder.ts";
import { findPostmaster } from "../../../dev/local/kept/postmaster.ts";
import { isAlive } from "../../../dev/local/processes.ts";

const run = promisify(execFile);
const use = join(import.meta.dirname, "../../../dev/local/kept/use.ts");

/** Milliseconds: some of these make a database first. */
const patience = 60_000;

const users: ChildProcess[] = [];

/** A process that uses the database of this data folder until its input ends. */
function start(dataFolder: string, options: { isDev?: boolean } = {}) {
  const script = `
    const { useDatabase } = await import(${JSON.stringify(use)});
    const { url, release } = await useDatabase(${JSON.stringify(dataFolder)}, ${JSON.stringify(options)});
    console.log(url);
    process.stdin.resume().once("end", () => release().then(() => process.exit()));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["pipe", "pipe", "pipe"] });
  users.push(child);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = once(child, "close").then(([code]) => ({ code, errors }));
  const url = Promise.race([
    once(createInterface({ input: child.stdout }), "line").then(([line]) => String(line)),
    ended.then(() => Promise.reject(new Error(errors))),
  ]);
  url.catch(() => {});
  return { pid: child.pid ?? 0, url, ended, end: () => child.stdin.end(), kill: () => child.kill("SIGKILL") };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Ends what was started, even where a test has failed. */
async function allEnded(): Promise<void> {
  for (const user of users) user.kill("SIGKILL");
}

describe("the kept database", { timeout: patience }, () => {
  let data: string;
  const database = () => join(data, "database");
  const isStopped = () => expect.poll(() => findPostmaster(database()), { timeout: 15_000 }).toBeUndefined();

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "plinth-kept-"));
  });
  afterAll(async () => {
    await allEnded();
    await vi.waitUntil(async () => !(await findPostmaster(database())), { timeout: 15_000 });
    await rm(data, { recursive: true });
  });

  it("is made by one of many that start at once, and used by all", async () => {
    const all = Array.from({ length: 4 }, () => start(data));
    const urls = await Promise.all(all.map(({ url }) => url));
    expect(new Set(urls).size).toBe(1);
    await query(urls[0] ?? "", "create table notes (text text)");
    for (const { end } of all) end();
    for (const { ended } of all) expect(await ended).toMatchObject({ code: 0, errors: "" });
    await isStopped();
    expect(await readdir(data)).toStrictEqual(["database"]);
  });

  it("keeps its rows, its port and its password, and can be reached on loopback only", async () => {
    const first = start(data);
    const url = await first.url;
    await query(url, "insert into notes values ('kept')");
    expect(await query(url, "show listen_addresses")).toStrictEqual([{ listen_addresses: "127.0.0.1" }]);
    first.end();
    await first.ended;
    expect(await findPostmaster(database())).toBeUndefined();
    const second = start(data);
    expect(await second.url).toBe(url);
    expect(await query(url, "select text from notes")).toStrictEqual([{ text: "kept" }]);
    await expect(query(url.replace(/:[^:@]*@/, ":wrong@"), "select 1")).rejects.toMatchObject({ code: "28P01" });
    second.end();
    await second.ended;
  });

  it("stops when the last of its users ends, and not before", async () => {
    const first = start(data);
    const url = await first.url;
    const second = start(data);
    await second.url;
    first.end();
    await first.ended;
    expect(await query(url, "select 1 as one")).toStrictEqual([{ one: 1 }]);
    second.end();
    await second.ended;
    await isStopped();
  });

  it("stops when its only user is killed, also one that has just started it", async () => {
    const user = start(data);
    await user.url;
    user.kill();
    await isStopped();
    const hasty = start(data);
    await expect.poll(() => findPostmaster(database()), { timeout: patience, interval: 1 }).toBeDefined();
    hasty.kill();
    await isStopped();
  });

  it("takes over a server that lost its keeper and its users, and stops it", async () => {
    const user = start(data);
    const url = await user.url;
    const server = await findPostmaster(database());
    for (const keeper of await keepersOf(data)) process.kill(keeper, "SIGKILL");
    user.kill();
    await user.ended;
    expect(await findPostmaster(database())).toEqual(server);
    const next = start(data);
    expect(await next.url).toBe(url);
    expect(await findPostmaster(database())).toEqual(server);
    next.end();
    await next.ended;
    await isStopped();
  });

  it("comes back with its rows when the server is killed below its users, or one of its backends", async () => {
    const user = start(data);
    const url = await user.url;
    const [checkpointer] = await query(url, "select pid from pg_stat_activity where backend_type = 'checkpointer'");
    const pids = [Number(Object(checkpointer).pid), (await findPostmaster(database()))?.pid ?? 0];
    for (const pid of pids) {
      process.kill(pid, "SIGKILL");
      const rows = () => query(url, "select text from notes").catch((error) => error.code);
      await expect.poll(rows, { timeout: 20_000 }).toStrictEqual([{ text: "kept" }]);
    }
    user.end();
    await user.ended;
    await isStopped();
  });

  it("starts over the remains of one that was killed, though another process has its number", async () => {
    const file = join(database(), "data", "postmaster.pid");
    const first = start(data);
    await first.url;
    const content = await readFile(file, "utf8");
    first.end();
    await first.ended;
    // One of the same user's: of anybody else's Postgres thinks nothing.
    const sleeper = spawn("sleep", ["60"], await ownerOf(database()));
    await writeFile(file, content.replace(/^\d+/, String(sleeper.pid)));
    const second = start(data);
    expect(await query(await second.url, "select text from notes")).toStrictEqual([{ text: "kept" }]);
    expect(isAlive(sleeper.pid ?? 0)).toBe(true);
    sleeper.kill();
    second.end();
    await second.ended;
  });

  it("moves to the next port where another program has its own, and stays there", async () => {
    const connection = JSON.parse(await readFile(join(database(), "connection.json"), "utf8"));
    const other = createServer().listen(connection.port, "127.0.0.1");
    await once(other, "listening");
    const first = start(data);
    const url = await first.url;
    expect(Number(new URL(url).port)).toBeGreaterThan(connection.port);
    first.end();
    await first.ended;
    other.close();
    const second = start(data);
    expect(await second.url).toBe(url);
    second.end();
    await second.ended;
  });

  it("has one npm run dev at a time", async () => {
    const first = start(data, { isDev: true });
    await first.url;
    const second = start(data, { isDev: true });
    const { code, errors } = await second.ended;
    expect(code).toBe(1);
    expect(errors).toContain(`${data} is in use by process ${first.pid}: stop it first, or set PLINTH_DATA`);
    first.kill();
    await first.ended;
    const third = start(data, { isDev: true });
    await third.url;
    third.end();
    await third.ended;
  });

  it("leaves nothing of a first start that was killed in the middle, and starts anew", async () => {
    const half = await mkdtemp(join(tmpdir(), "plinth-half-"));
    const user = start(half);
    await expect.poll(() => readdir(half), { timeout: patience, interval: 5 }).not.toHaveLength(0);
    for (const keeper of await keepersOf(half)) process.kill(keeper, "SIGKILL");
    user.kill();
    await user.ended;
    expect(await readdir(half)).toStrictEqual([expect.stringMatching(/^database\.new-\d+$/)]);
    const next = start(half);
    expect(await query(await next.url, "select 1 as one")).toStrictEqual([{ one: 1 }]);
    next.end();
    await next.ended;
    expect(await readdir(half)).toStrictEqual(["database"]);
    await rm(half, { recursive: true });
  });

  it("works where root's folders are closed to whom Postgres runs as, and forgets what was removed", async () => {
    const closed = await mkdtemp(join(tmpdir(), "plinth-closed-"));
    const inside = join(closed, "project", ".plinth");
    const first = start(inside);
    await query(await first.url, "create table here (id int)");
    const isRoot = process.getuid?.() === 0;
    const link = await readlink(join(inside, "database")).catch(() => undefined);
    expect(link !== undefined).toBe(isRoot);
    first.end();
    await first.ended;
    await rm(inside, { recursive: true });
    const second = start(inside);
    expect(await query(await second.url, "select to_regclass('here') as here")).toStrictEqual([{ here: null }]);
    if (link !== undefined) await expect(stat(link)).rejects.toMatchObject({ code: "ENOENT" });
    second.end();
    await second.ended;
    if (isRoot) await rm(await readlink(join(inside, "database")), { recursive: true });
    await rm(closed, { recursive: true });
  });

  it("says what is wrong with a folder of another version of PostgreSQL", async () => {
    const file = join(database(), "data", "PG_VERSION");
    const version = await readFile(file, "utf8");
    await writeFile(file, "17\n");
    const { code, errors } = await start(data).ended;
    await writeFile(file, version);
    expect(code).toBe(1);
    expect(errors).toContain(
      "was made by PostgreSQL 17, and PostgreSQL 18 is installed. Empty it with npm run db:reset",
    );
  });

  it("says what a database of an earlier version is good for, and leaves it alone", async () => {
    expect(oldDatabaseNotice(data)).toBeUndefined();
    await mkdir(join(data, "postgres"));
    await writeFile(join(data, "postgres", "PG_VERSION"), "18\n");
    expect(oldDatabaseNotice(data)).toContain(
      `${join(data, "postgres")} is what an earlier version kept its database in`,
    );
  });
});

/** The user that Postgres runs as, in `data`. */
async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | Record<string, never>> {
  const { uid, gid } = await stat(join(folder, "data"));
  return process.getuid?.() === 0 ? { uid, gid } : {};
}

async function keepersOf(dataFolder: string): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-ww", "-o", "pid=,args="]);
  const lines = stdout.split("\n").filter((line) => line.includes("keeper.ts") && line.endsWith(dataFolder));
  return lines.map((line) => Number.parseInt(line, 10));
}
