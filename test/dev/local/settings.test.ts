import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { settingNames } from "../../../src/settings.ts";

const root = join(import.meta.dirname, "../../..");
/** Bindings are no variables: wrangler.toml tells of them. */
const bindings = ["BUCKET", "CACHE", "CF_VERSION_METADATA", "EMAIL", "TASK_ALARM", "TASK_QUEUE"];

describe.each(["docs/settings.md", ".dev.vars.example"])("%s", (file) => {
  it("tells of every setting", async () => {
    const text = await readFile(join(root, file), "utf8");
    const told = settingNames.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    expect(told).toStrictEqual(settingNames.filter((name) => told.includes(name) || !bindings.includes(name)));
    expect(settingNames.length).toBeGreaterThan(20);
  });
});
