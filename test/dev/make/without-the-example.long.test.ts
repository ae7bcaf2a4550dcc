import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocksOf } from "../../docs/blocks.ts";
import { Reader } from "../../docs/reader.ts";
import { copyProject, nodeIn } from "../../setup/project-copy.ts";

const project = join(import.meta.dirname, "../../..");
let copy = "";
let scratch = "";

const node = (script: string, ...args: string[]) => nodeIn(copy, script, ...args);
const make = (...args: string[]) => node("dev/make/new.ts", ...args);

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "plinth-new-"));
  scratch = await mkdtemp(join(tmpdir(), "plinth-scratch-"));
  await copyProject(copy);
});

afterAll(async () => {
  for (const folder of [copy, scratch]) await rm(folder, { recursive: true, force: true });
});

describe("npm run new", () => {
  it("works in a project without the example, and what it makes there passes every check", async () => {
    // A resource of the project's own, made before, whose names end like those of the example.
    expect(await make("resource", "zebra-items")).toMatchObject({ code: 0 });
    const page = "docs/without-the-example.md";
    const reader = new Reader(copy, scratch);
    await reader.follow(blocksOf(page, await readFile(join(project, page), "utf8")));
    expect(reader.passedOver).toStrictEqual([`${page}: runs the checks and the tests`]);
    const schema = join(copy, "src/db/schema.ts");
    const text = await readFile(schema, "utf8");
    // Imitates the formatter, which breaks a list longer than its line.
    await writeFile(schema, text.replace("OwnedTable[] = [", "OwnedTable[] = [\n  "));
    const made = [
      // One name ends like the other.
      await make("resource", "a-long-name-of-zebra-stripes"),
      await make("resource", "zebra-stripes"),
      await make("endpoint", "zebra-stripes/pin-up"),
    ];
    for (const { code, output } of made) expect(code, output).toBe(0);
    expect(made[0]?.output).toContain("npm run dev applies it when it starts");
    expect(await readFile(join(copy, "src/routes/zebra-stripes/list.ts"), "utf8")).not.toMatch(/field.?note/i);
    const again = await make("resource", "zebra-stripes");
    expect(again.output).toMatch(/is there already/);
    for (const table of ["a_long_name_of_zebra_stripes", "zebra_stripes"]) {
      const migrations = await readdir(join(copy, "drizzle"));
      const [own = ""] = migrations.filter((file) => file.replace(/^\d+_/, "") === `${table}.sql`);
      const sql = await readFile(join(copy, "drizzle", own), "utf8");
      expect(sql.match(/create (table|trigger) "\w+"/gi)).toStrictEqual([
        `CREATE TABLE "${table}"`,
        `create trigger "${table}_touch"`,
      ]);
    }

    const checks = [
      await node("node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings"),
      await node("node_modules/typescript/bin/tsc"),
      await node("dev/commands/access-matrix.ts", "--check"),
      await node("dev/commands/openapi.ts", "--check"),
      await node("dev/commands/check-migrations.ts"),
      await node(
        ...(["node_modules/vitest/vitest.mjs", "run", "--coverage.enabled=false"] as const),
        ...["--project=worker", "--project=node", "--project=long", "test/e2e/docs", "test/docs/"],
        ...["test/shape/", "test/dev/shapes/configs.test.ts"],
        ...["test/routes/zebra-stripes", "test/routes/a-long", "test/db/schema.test.ts", "test/routes/health"],
        ...["contract", "budget", "words", "room", "fields", "names", "strangers"].map(
          (name) => `test/house/${name}.test.ts`,
        ),
      ),
    ];
    for (const { code, output } of checks) expect(code, output).toBe(0);
    expect(checks.at(-1)?.output).toMatch(/\d{3} passed, 0 failed/);
    expect(checks.at(-1)?.output).toContain("test/dev/shapes/configs.test.ts");
  }, 1_200_000);
});
