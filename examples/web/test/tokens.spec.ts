import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

test("the client keeps the session: the app has few lines about tokens and refreshing", async () => {
  const source = join(import.meta.dirname, "..", "src");
  const lines: string[] = [];
  for (const name of await readdir(source, { recursive: true })) {
    if (!/\.tsx?$/.test(name)) continue;
    const text = await readFile(join(source, name), "utf8");
    lines.push(...text.split("\n").filter((line) => /token|refresh/i.test(line)));
  }
  expect(lines.length, lines.join("\n")).toBeLessThanOrEqual(15);
});
