import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lock } from "../../../dev/local/lock.ts";
import { pglite } from "../../../dev/local/pglite.ts";

describe("the embedded Postgres", () => {
  let parent: string;
  let folder: string;
  const statement = (query: string) => ({ query, params: [] });

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), "plinth-pglite-"));
    folder = join(parent, "postgres");
    const database = await pglite(folder);
    await database.run(statement("create table notes (text text)"));
    await database.close();
  });
  afterAll(() => rm(parent, { recursive: true }));

  it("keeps its data", async () => {
    const first = await pglite(folder);
    await first.run(statement("insert into notes values ('kept')"));
    await first.close();
    const second = await pglite(folder);
    expect((await second.run(statement("select text from notes"))).rows).toEqual([["kept"]]);
    await second.close();
  });

  it("is opened by one at a time, until it is closed", async () => {
    const first = await pglite(folder);
    const sentence = `${folder} is in use by process ${process.pid}: stop it first, or set PLINTH_DATA to another folder.`;
    await expect(pglite(folder)).rejects.toThrow(sentence);
    await first.close();
    expect(existsSync(`${folder}.lock`)).toBe(false);
    await (await pglite(folder)).close();
  });

  it("starts anew where a first start was interrupted", async () => {
    const half = join(parent, "half");
    const making = spawn(process.execPath, [
      "-e",
      `import("${join(import.meta.dirname, "../../../dev/local/pglite.ts")}").then(m => m.pglite("${half}"))`,
    ]);
    await expect.poll(() => existsSync(join(half, "PG_VERSION")), { timeout: 20_000, interval: 5 }).toBe(true);
    making.kill("SIGKILL");
    await once(making, "exit");
    expect(existsSync(join(parent, "half.unfinished"))).toBe(true);
    const database = await pglite(half);
    expect((await database.run(statement("select 1"))).rows).toEqual([["1"]]);
    await database.close();
  });

  it("restarts after a query that never ends, with its data", async () => {
    const database = await pglite(folder, { timeout: 500 });
    await database.run(statement("create table things (id int)"));
    await database.run(statement("insert into things values (1)"));
    const endless = database.transaction(
      [statement("insert into things values (2)"), statement("select pg_sleep(600)")],
      {},
    );
    const meanwhile = database.run(statement("select id from things"));
    await expect(endless).rejects.toThrow("The query took more than 500 ms, and Postgres was restarted");
    expect((await meanwhile).rows).toEqual([["1"]]);
    await database.close();
  });
});

describe("the lock", () => {
  let folder: string;
  const path = () => join(folder, "data.lock");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plinth-lock-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is taken over from a process that died", async () => {
    const child = spawn(process.execPath, [
      "-e",
      `import("${join(import.meta.dirname, "../../../dev/local/lock.ts")}").then(m => m.lock("${path()}")).then(() => process.kill(process.pid, "SIGKILL"))`,
    ]);
    await once(child, "exit");
    expect(await readFile(path(), "utf8")).toMatch(new RegExp(`^${child.pid} `));
    (await lock(path()))();
    expect(existsSync(path())).toBe(false);
  });

  it("is taken over from a process whose pid is somebody else's now", async () => {
    const release = await lock(path());
    const content = await readFile(path(), "utf8");
    release();
    await writeFile(path(), content.replace(/^(\d+) \S+/, "$1 12345"));
    (await lock(path()))();
  });

  it.each(["", "nonsense", "0 1 x", "-1 1 x", "99999999999 1 x"])("is taken over when it holds %j", async (content) => {
    await writeFile(path(), content);
    (await lock(path()))();
  });

  it("goes to exactly one of many", async () => {
    await writeFile(path(), "nonsense");
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lock(path())));
    const taken = results.filter((result) => result.status === "fulfilled");
    expect(taken).toHaveLength(1);
    for (const { value } of taken) value();
  });
});
