import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

const project = join(import.meta.dirname, "../..");
const read = (path: string) => readFile(join(project, path), "utf8");
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].flatMap(([, message]) => message ?? []);

it("names every message of the log for operators, and no other", async () => {
  const written: string[] = [];
  for await (const file of glob("src/**/*.ts", { cwd: project })) {
    written.push(...found(await read(file), /\bmessage: "([^"]+)"/g));
  }
  const [, section = ""] = /## What to watch(.*?)\n### /s.exec(await read("docs/deploy.md")) ?? [];
  const [, ...listed] = found(section, /^\| `([^`]+)` /gm);
  expect(listed.toSorted()).toStrictEqual([...new Set(written)].toSorted());
});
