import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

it("docs/node.md lists each file of tests that is left out on Node, with the reason in its first line", async () => {
  const page = await readFile(join(root, "docs/node.md"), "utf8");
  const listed = [...page.matchAll(/^\| `(test\/.+?)` +\| (.+?) +\|$/gm)].map(([, file, reason]) => [file, reason]);
  const told: [string, string | undefined][] = [];
  for await (const file of glob("test/**/*.workers.test.ts", { cwd: root })) {
    const text = await readFile(join(root, file), "utf8");
    told.push([file, /^\/\*\* On Workers alone: (.+) \*\/\n/.exec(text)?.[1]]);
  }
  expect(listed).toStrictEqual(told.toSorted(([a], [b]) => (a < b ? -1 : 1)));
});
