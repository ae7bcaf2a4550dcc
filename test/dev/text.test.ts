import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readText, readTextIfAny } from "../../dev/text.ts";

const folder = await mkdtemp(join(tmpdir(), "plinth-text-"));
const file = join(folder, "text");
afterAll(() => rm(folder, { recursive: true }));

describe("a file that a command reads", () => {
  it.each([
    [Buffer.from("one\nJosé\n"), "one\nJosé\n"],
    [Buffer.from("one\nJos\xe9\n", "latin1"), /is not UTF-8: see line 2/],
    [Buffer.from("\ufeffone", "utf16le"), /is UTF-16/],
  ])("is UTF-8, or refused by its line: %s", async (bytes, expected) => {
    await writeFile(file, bytes);
    for (const read of [readText, readTextIfAny]) {
      if (typeof expected === "string") expect(await read(file)).toBe(expected);
      else await expect(read(file)).rejects.toThrow(expected);
    }
  });

  it("may be missing only where that is said", async () => {
    expect(await readTextIfAny(join(folder, "none"))).toBe("");
    await expect(readText(join(folder, "none"))).rejects.toThrow("ENOENT");
  });

  it("is read by dev/text.ts, except what machines write", async () => {
    // The kernel's, PostgreSQL's, esbuild's and wrangler's files, output that is only compared, and openapi.json.
    const lenient = ["local/processes.ts", "local/kept/postmaster.ts", "local/worker/stacks.ts", "bench/tools.ts"];
    lenient.push("commands/contract.ts", "openapi-tools/check.ts");
    lenient.push(
      "shapes/runtime.ts",
      "shapes/starts.ts",
      "ship/clients.ts",
      "ship/measure.ts",
      "ship/shape-plan.ts",
      "ship/wrangler.ts",
    );
    const dev = join(import.meta.dirname, "../../dev");
    const names = (await readdir(dev, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
    // The tools of the document have packages and output of their own.
    const sources = names.filter((name) => name.endsWith(".ts") && !/^openapi-tools\/(node_modules|out)\//.test(name));
    const reading = [];
    for (const name of sources) {
      const text = await readFile(join(dev, name), "utf8");
      if (/readFile(Sync)?\([^;]*"utf-?8"/.test(text)) reading.push(name);
    }
    const known = [...lenient, "build/files.ts", "build/common-passwords.ts"].filter((name) => names.includes(name));
    expect(reading.toSorted()).toStrictEqual(known.toSorted());
  });
});
