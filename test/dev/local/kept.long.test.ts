import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findPostmaster } from "../../../dev/local/kept/postmaster.ts";
import { isAlive } from "../../../dev/local/processes.ts";
import { allEnded, patience, query, start } from "./kept.ts";

const run = promisify(execFile);

describe("the kept database, where something broke", { timeout: patience }, () => {
  let data: string;
  const database = () => join(data, "database");
  const isStopped = () => expect.poll(() => findPostmaster(database())).toBeUndefined();

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "plinth-kept-"));
    const first = start(data);
    await query(await first.url, "create table notes as select 'kept' as text");
    first.end();
    await first.ended;
  });
  afterAll(async () => {
    await allEnded();
    await vi.waitUntil(async () => !(await findPostmaster(database())));
    await rm(data, { recursive: true });
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
      await expect.poll(rows, { timeout: patience - 10_000 }).toStrictEqual([{ text: "kept" }]);
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
    const sleeper = spawn("sleep", ["600"], await ownerOf(database()));
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
