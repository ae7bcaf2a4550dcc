import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reference } from "../../../dev/commands/reference.ts";
import { projectFolder } from "../../../dev/config.ts";
import { bulkRates, rateClasses } from "../../../src/context/policy.ts";
import { settingNames } from "../../../src/settings.ts";

describe.each(Object.entries(reference))("%s", (name, write) => {
  it("is what npm run reference writes", async () => {
    expect(await readFile(join(projectFolder, name), "utf8")).toBe(write());
  });
});

describe("docs/limits.md", () => {
  it("names the rate classes that a busy isolate refuses first, and no other", () => {
    const row = (reference["docs/limits.md"]?.() ?? "").split("\n").find((line) => line.includes("one of the classes"));
    const named = Object.keys(rateClasses).filter((rate) => row?.includes(`\`${rate}\``));
    expect(named.length).toBeGreaterThan(0);
    expect(named).toStrictEqual(bulkRates);
  });
});

describe("docs/settings.md", () => {
  it("has a row for each setting: its kind, its default, who must set it, and what it is", () => {
    const rows = (reference["docs/settings.md"]?.() ?? "").split("\n");
    const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
    for (const name of settingNames) {
      const [row, ...others] = cells.filter(([, first]) => first === `\`${name}\``);
      expect(others).toStrictEqual([]);
      expect(row?.slice(1, -1), name).toHaveLength(5);
      expect(row?.slice(1, -1), name).not.toContain("");
      expect(row?.at(-2), name).toMatch(/\.$/);
    }
  });
});
