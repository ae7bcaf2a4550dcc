import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

it("docs/promises.md lists each promise, and a test's title names each", async () => {
  const page = await readFile(join(root, "docs/promises.md"), "utf8");
  const listed = [...page.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
  const named = new Set<number>();
  for await (const file of glob("test/**/*.test.ts", { cwd: root })) {
    const text = await readFile(join(root, file), "utf8");
    for (const [, number] of text.matchAll(/["`]promise (\d+)/g)) named.add(Number(number));
  }
  expect(listed).toStrictEqual(listed.map((_, index) => index + 1));
  expect(listed.length).toBeGreaterThanOrEqual(26);
  expect([...named].toSorted((a, b) => a - b)).toStrictEqual(listed);
});
