import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inNameOf, namesOf, refuseUsed } from "../../../dev/make/names.ts";
import { blocksOf } from "../../docs/blocks.ts";
import { Reader } from "../../docs/reader.ts";
import { copyProject, plainEnvironment } from "../../setup/project-copy.ts";

const project = join(import.meta.dirname, "../../..");
const run = promisify(execFile);
let copy = "";
let scratch = "";

/** Runs a script in the copy; answers what it printed, or why it failed. */
async function node(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = plainEnvironment();
  try {
    const { stdout, stderr } = await run(process.execPath, [script, ...args], { cwd: copy, env, maxBuffer: 2 ** 24 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code = 1, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
    return { code, output: stdout + stderr };
  }
}

const make = (...args: string[]) => node("dev/make/new.ts", ...args);
const status = async () => (await run("git", ["status", "--porcelain"], { cwd: copy })).stdout;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "plinth-new-"));
  scratch = await mkdtemp(join(tmpdir(), "plinth-scratch-"));
  await copyProject(copy);
});

afterAll(async () => {
  for (const folder of [copy, scratch]) await rm(folder, { recursive: true, force: true });
});

describe("npm run new", () => {
  it.each([
    [[], /npm run new -- resource projects/],
    [["resource"], /npm run new -- resource projects/],
    [["resource", "items"], /src\/schemas\/items\.ts is there already/],
    [["resource", "../../etc/passwds"], /cannot name a resource/],
    [["resource", "Projects"], /lower-case letters/],
    [["resource", "classes"], /"class" cannot name a resource/],
    [["resource", "sheep"], /--singular/],
    [["resource", "series"], /"series" does not tell.* --singular/],
    [["resource", "status"], /"status" does not tell.* --singular/],
    [["resource", "web-caches"], /"web-caches" does not tell.* --singular/],
    [["resource", "user-creates"], /src\/schemas\/ has UserCreate already/],
    [["endpoint", "items/restore"], /src\/routes\/items\/restore\.ts is there already/],
    [["endpoint", "items/../x"], /npm run new -- /],
    [["endpoint", "users/poke"], /users is not in ownedTables/],
    [["resource", "runs"], /"run" cannot name a resource.* --singular/],
    [["resource", "errors"], /"Error" cannot name a resource/],
    [["resource", "titles"], /"Title" cannot name a resource/],
    [["resource", "docs"], /src\/routes\/ has get \/docs already/],
    [["resource", "zebras", "--stripes"], /Unknown option '--stripes'/],
    [["endpoint", "zebras/archive"], /npm run new -- resource zebras makes it/],
  ])("refuses %j, says why, and writes nothing", async (args, reason) => {
    const { code, output } = await make(...args);
    expect(code).toBe(1);
    expect(output).toMatch(reason);
    expect(output).not.toMatch(/ at .*\.ts:\d+/);
    expect(await status()).toBe("");
  });

  it.each(["--help", "-h"])("%s says how it is called", async (option) => {
    const { code, output } = await make(option);
    expect(code).toBe(0);
    expect(output).toMatch(/npm run new -- resource projects[\s\S]*--singular project/);
  });

  it("takes even an empty file for one that is there", async () => {
    const file = join(copy, "src/crud/zebras.ts");
    await writeFile(file, "");
    const { code, output } = await make("resource", "zebras");
    expect(code).toBe(1);
    expect(output).toContain("src/crud/zebras.ts is there already");
    expect(await readFile(file, "utf8")).toBe("");
    await rm(file);
    expect(await status()).toBe("");
  });

  it("takes everything back where a step fails", async () => {
    // The last step, after the files and the migration.
    const command = join(copy, "dev/commands/access-matrix.ts");
    const before = await readFile(command, "utf8");
    await writeFile(command, `${before}\nthrow new Error("broken");\n`);
    const { code, output } = await make("resource", "zebras");
    await writeFile(command, before);
    expect(code).toBe(1);
    expect(output).toContain("nothing was written");
    expect(await status()).toBe("");
    await expect(readdir(join(copy, "src/routes/zebras"))).rejects.toThrow("ENOENT");
  });

  it("works in a project without the example, and what it makes there passes every check", async () => {
    const page = "docs/without-the-example.md";
    const reader = new Reader(copy, scratch);
    await reader.follow(blocksOf(page, await readFile(join(project, page), "utf8")));
    expect(reader.passedOver).toStrictEqual([`${page}: runs the checks and the tests`]);
    const schema = join(copy, "src/db/schema.ts");
    const text = await readFile(schema, "utf8");
    // As the formatter leaves a list that has grown over its line.
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
      await node("dev/commands/check-migrations.ts"),
      await node(
        ...(["node_modules/vitest/vitest.mjs", "run", "--project=worker", "--coverage.enabled=false"] as const),
        ...["test/routes/zebra-stripes", "test/routes/a-long", "test/db/schema.test.ts", "test/routes/health"],
        ...["contract", "budget", "words", "room"].map((name) => `test/house/${name}.test.ts`),
      ),
    ];
    for (const { code, output } of checks) expect(code, output).toBe(0);
    expect(checks.at(-1)?.output).toMatch(/\d{3} passed, 0 failed/);
  }, 240_000);
});

describe("names", () => {
  it.each([
    ["projects", "project"],
    ["categories", "category"],
    ["boxes", "box"],
    ["addresses", "address"],
    ["statuses", "status"],
    ["houses", "house"],
    ["days", "day"],
  ])("%s: each is one %s", (many, one) => {
    expect(namesOf(many).one.dashed).toBe(one);
  });

  it.each(["orders", "events", "files", "tags", "answers", "limits", "tables"])(
    "of %s are taken by nothing in the templates",
    async (many) => {
      const names = namesOf(many);
      const code = (file: string) => readFile(join(project, file), "utf8");
      const queries = [await code("dev/make/templates/resource/crud.ts"), await code("src/db/schema.ts")];
      expect(() => refuseUsed(names.many.camel, ...queries)).not.toThrow();
      expect(() => refuseUsed(names.one.pascal)).not.toThrow();
      for (const file of ["create", "read", "update", "restore"]) {
        const route = await code(`dev/make/templates/resource/routes/${file}.ts`);
        expect(() => refuseUsed(names.one.camel, route), file).not.toThrow();
      }
    },
  );

  it("are taken where code uses them, not where a property, a text or a comment has them", () => {
    for (const code of ["const run = 1;", "import { run } from 'x';", "f({ run })", "f(run)"]) {
      expect(() => refuseUsed("run", code), code).toThrow("the word is taken");
    }
    for (const code of ["c.run()", "f({ run: 1 })", 'f("run")', "f(); // run", "/* run */ f()", "runs(rerun)"]) {
      expect(() => refuseUsed("run", code), code).not.toThrow();
    }
  });

  it("are spelt as the house spells them, with their article", () => {
    const text = "A field note of field notes: fieldNotes, FieldNote, field_notes, /field-notes; a field note";
    expect(inNameOf(namesOf("order-lines"), text)).toBe(
      "An order line of order lines: orderLines, OrderLine, order_lines, /order-lines; an order line",
    );
  });
});
