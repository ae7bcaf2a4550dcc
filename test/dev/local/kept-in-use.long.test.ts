import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { oldDatabaseNotice } from "../../../dev/local/kept/folder.ts";
import { findPostmaster } from "../../../dev/local/kept/postmaster.ts";
import { allEnded, patience, query, start } from "./kept.ts";

describe("the kept database", { timeout: patience }, () => {
  let data: string;
  const database = () => join(data, "database");
  const isStopped = () => expect.poll(() => findPostmaster(database())).toBeUndefined();

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "plinth-kept-"));
  });
  afterAll(async () => {
    await allEnded();
    await vi.waitUntil(async () => !(await findPostmaster(database())));
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
