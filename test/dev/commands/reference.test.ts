import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reference } from "../../../dev/commands/reference.ts";
import { projectFolder } from "../../../dev/config.ts";
import { bulkRates, rateClasses } from "../../../src/context/policy.ts";
import { codesOf } from "../../../src/endpoint/contract.ts";
import { words } from "../../../src/endpoint/words.ts";
import { endpoints } from "../../../src/routes/index.ts";
import { settingNames } from "../../../src/settings.ts";

describe.each(Object.entries(reference))("%s", (name, write) => {
  it("is what npm run reference writes", async () => {
    expect(await readFile(join(projectFolder, name), "utf8")).toBe(await write());
  });
});

describe("docs/limits.md", () => {
  it("names the rate classes that a busy isolate refuses first, and no other", async () => {
    const row = (await linesOf("docs/limits.md")).find((line) => line.includes("one of the classes"));
    const named = Object.keys(rateClasses).filter((rate) => row?.includes(`\`${rate}\``));
    expect(named.length).toBeGreaterThan(0);
    expect(named).toStrictEqual(bulkRates);
  });
});

describe("docs/settings.md", () => {
  it("has a row for each setting: its kind, its default, who must set it, and what it is", async () => {
    for (const name of settingNames) {
      const row = await rowOf("docs/settings.md", name);
      expect(row, name).toHaveLength(5);
      expect(row, name).not.toContain("");
      expect(row.at(-1), name).toMatch(/\.$/);
    }
  });
});

describe("docs/words.md", () => {
  const excluding = "## Words that exclude each other";

  it("names words, and what else of a declaration excludes them, with the reason", async () => {
    const lines = await linesOf("docs/words.md");
    const rows = lines.slice(lines.indexOf(excluding) + 4).filter((line) => line !== "");
    expect(rows.length).toBeGreaterThan(0);
    for (const line of rows) {
      const [word = "", other = "", reason] = line.split(" | ").map((cell) => cell.replaceAll(/^\| +| +\|?$/g, ""));
      const named = [word, other].filter((cell) => /^`\w+`$/.test(cell)).map((cell) => cell.slice(1, -1));
      expect(Object.keys(words), line).toStrictEqual(expect.arrayContaining(named));
      expect(named, line).toContain(word.slice(1, -1));
      expect(reason, line).toMatch(/\w/);
    }
  });

  it.each(Object.keys(words))("has a row for the word %s: its value, and what it is", async (word) => {
    const [, value, meaning] = await rowOf("docs/words.md", word, excluding);
    expect(value).not.toBe("");
    expect(value).not.toMatch(/undefined|object Object/);
    expect(meaning).toMatch(/^[A-Z`].*\.$/);
  });

  it.each(endpoints.flatMap(({ contract }) => (contract.paged ? [contract] : [])))(
    "names the errors that $operationId has by being paged",
    async (contract) => {
      const [, , , errors = ""] = await rowOf("docs/words.md", "paged", excluding);
      const { paged: _, ...without } = contract;
      const added = codesOf(contract).filter((code) => !codesOf({ ...without, anyQuery: true }).includes(code));
      for (const code of added) expect(errors).toContain(`\`${code}\``);
      expect(added).toContain("invalid_cursor");
    },
  );
});

async function linesOf(page: string): Promise<string[]> {
  return ((await reference[page]?.()) ?? "").split("\n");
}

/** The cells of the one row that begins with this name, above a line. */
async function rowOf(page: string, name: string, end?: string): Promise<string[]> {
  const lines = await linesOf(page);
  const above = end === undefined ? lines : lines.slice(0, lines.indexOf(end));
  const rows = above.map((line) => line.split("|").map((cell) => cell.trim()));
  const [row = [], ...others] = rows.filter(([, first]) => first === `\`${name}\``);
  expect(others).toStrictEqual([]);
  return row.slice(1, -1);
}
