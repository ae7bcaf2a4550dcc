import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyProject, nodeIn } from "../../setup/project-copy.ts";

const run = promisify(execFile);

describe("npm run new", () => {
  let copy = "";
  const node = (script: string, ...args: string[]) => nodeIn(copy, script, ...args);
  const status = async () => (await run("git", ["status", "--porcelain"], { cwd: copy })).stdout;
  const make = (...args: string[]) => node("dev/make/new.ts", ...args);

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "plinth-new-"));
    await copyProject(copy);
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

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

  it("makes a resource and an endpoint that compile, with a call that succeeds", async () => {
    expect(await make("resource", "zebra-stripes")).toMatchObject({ code: 0 });
    expect(await make("endpoint", "zebra-stripes/pin-up")).toMatchObject({ code: 0 });
    const calls = await readFile(join(copy, "test/routes/zebra-stripes/calls.ts"), "utf8");
    expect(calls).toMatch(/pinUpZebraStripe: async \(\) => \{\s+const \{ path, token \} = await aZebraStripe\(\);/);
    expect(await readFile(join(copy, "src/routes/zebra-stripes/list.ts"), "utf8")).not.toMatch(/field.?note/i);
    expect(await make("resource", "zebra-herds", "--in", "organization")).toMatchObject({ code: 0 });
    expect(await make("endpoint", "zebra-herds/move-on")).toMatchObject({ code: 0 });
    expect(await make("resource", "zebra-foals", "--under", "zebra-herds")).toMatchObject({ code: 0 });
    const nested = await readFile(join(copy, "src/routes/zebra-foals/read.ts"), "utf8");
    expect(nested).toContain('path: "/organizations/{organization_id}/zebra-herds/{zebra_herd_id}/zebra-foals/{id}"');
    for (const file of ["src/routes/zebra-foals/create.ts", "src/crud/zebra-foals.ts"]) {
      expect(await readFile(join(copy, file), "utf8")).not.toMatch(/binder|field.?note/i);
    }
    const permissions = await readFile(join(copy, "src/permissions.ts"), "utf8");
    expect(permissions).toMatch(/ {2}member: \[\s*"zebra-herds:read",\s*"zebra-herds:write",\s*"zebra-foals:read"/);
    expect(await readFile(join(copy, "src/crud/zebra-herds.ts"), "utf8")).not.toMatch(
      /field.?note|owner|caller(?!\.ts)/i,
    );
    expect(await node("node_modules/typescript/bin/tsc")).toMatchObject({ code: 0 });
    expect(
      await node("node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings", "src", "test"),
    ).toMatchObject({
      code: 0,
    });
    expect(await node("dev/commands/check-migrations.ts")).toMatchObject({ code: 0 });
  }, 240_000);

  it("makes what passes its tests and the attacks on organizations, unedited", async () => {
    const files = ["test/routes/zebra-", "test/house/organizations", "test/house/strangers", "test/db/schema"];
    const { code, output } = await node("node_modules/vitest/vitest.mjs", "run", "--project", "worker", ...files);
    expect(output).toContain("zebra-foals.test.ts");
    expect(code, output).toBe(0);
  }, 240_000);
});
