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
  }, 1_200_000);

  it("makes a resource and an endpoint that compile, with a call that succeeds", async () => {
    expect(await make("resource", "zebra-stripes")).toMatchObject({ code: 0 });
    expect(await make("endpoint", "zebra-stripes/pin-up")).toMatchObject({ code: 0 });
    const calls = await readFile(join(copy, "test/routes/zebra-stripes/calls.ts"), "utf8");
    expect(calls).toMatch(/pinUpZebraStripe: async \(\) => \{\s+const \{ path, token \} = await aZebraStripe\(\);/);
    expect(await readFile(join(copy, "src/routes/zebra-stripes/list.ts"), "utf8")).not.toMatch(/field.?note/i);
    expect(
      await make(
        ...["resource", "zebra-spots", "--under", "zebra-stripes", "--fields", "place:text:unique"],
        ...["--search", "place", "--export"],
      ),
    ).toMatchObject({ code: 0 });
    const rides = await make(
      ...["resource", "zebra-rides"],
      ...["--fields", "zebra_spot_id:ref(zebra-spots) item_id:ref(items)? code:text(20):unique"],
      ...["--search", "code", "--export", "--batch"],
    );
    expect(rides.output).toMatch(
      /^ {2}zebra_stripe_id=\$\(.*\n {2}zebra_spot_id=\$\(.*\n.*"zebra_spot_id": "'\$zebra_spot_id'"/m,
    );
    expect(rides.output).toMatch(/^ {2}docs\/errors\.md$/m);
    expect(rides.output).toContain("The purge of a zebra spot takes the zebra rides along");
    expect(await make("endpoint", "zebra-rides/end")).toMatchObject({ code: 0 });
    const fields =
      "name:text note:text(5000)? sign:text(1)? keeper:email deputy:email? site:url map:url? head_count:integer foal_count:integer? calm:boolean? born:date seen_at:time? mood:enum(grazing, on_guard) tag:text(20):unique badge:text(3):unique? number:integer:unique? radio:email:unique page:url:unique? traits:json extra:json?";
    const found = ["--search", "name, note", "--export", "--batch"];
    const herds = await make("resource", "zebra-herds", "--in", "organization", "--fields", fields, ...found);
    expect(herds).toMatchObject({ code: 0, output: expect.stringMatching(/^ {2}organization_id=\$\(curl -s \$api/m) });
    expect(herds.output).toMatch(/^ {2}curl \$api\/organizations\/\$organization_id\/zebra-herds .*"keeper": "ada@/m);
    expect(await make("endpoint", "zebra-herds/move-on")).toMatchObject({ code: 0 });
    const foals = await make(
      ...["resource", "zebra-foals", "--under", "zebra-herds"],
      ...[
        "--fields",
        "name:text aunts_herd_id:ref(zebra-herds) uncles_herd_id:ref(zebra-herds)? dam_id:ref(zebra-foals)? sire_id:ref(zebra-foals)?",
      ],
      ...["--search", "name", "--export"],
    );
    expect(foals).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^ {2}zebra_herd_id=\$\(curl .*"keeper": "ada@/m),
    });
    const migrations = await readdir(join(copy, "drizzle"));
    const [migration = ""] = migrations.filter((file) => file.endsWith("_zebra_foals.sql"));
    const columns = await readFile(join(copy, "drizzle", migration), "utf8");
    expect(columns).toMatch(
      /FOREIGN KEY \("aunts_herd_id"\) REFERENCES "public"\."zebra_herds"\("id"\) ON DELETE cascade/i,
    );
    expect(columns).toMatch(
      /FOREIGN KEY \("uncles_herd_id"\) REFERENCES "public"\."zebra_herds"\("id"\) ON DELETE set null/i,
    );
    const document = JSON.parse(await readFile(join(copy, "openapi.json"), "utf8")).components.schemas.ZebraHerdCreate;
    expect(document.properties).toMatchObject({
      ...{ keeper: { type: "string", format: "email" }, deputy: { type: ["string", "null"], format: "email" } },
      ...{
        site: { type: "string", format: "uri", maxLength: 2_000 },
        map: { type: ["string", "null"], format: "uri" },
      },
      ...{ traits: { type: "object", additionalProperties: {} }, extra: { type: ["object", "null"] } },
      ...{ head_count: { type: "integer", minimum: -2_147_483_648 }, foal_count: { type: ["integer", "null"] } },
    });
    const nested = await readFile(join(copy, "src/routes/zebra-foals/read.ts"), "utf8");
    expect(nested).toContain('path: "/organizations/{organization_id}/zebra-herds/{zebra_herd_id}/zebra-foals/{id}"');
    for (const name of ["zebra-stripes", "zebra-spots", "zebra-rides", "zebra-herds", "zebra-foals"]) {
      const folders = [`src/routes/${name}`, `test/routes/${name}`];
      const files = await Promise.all(folders.map((folder) => readdir(join(copy, folder))));
      const made = files.flatMap((names, i) => names.map((file) => `${folders[i]}/${file}`));
      for (const file of [...made, `src/crud/${name}.ts`, `src/schemas/${name}.ts`]) {
        expect(await readFile(join(copy, file), "utf8"), file).not.toMatch(/binder|field.?note|\/\/[:=]/i);
      }
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
    for (const page of ["dev/commands/openapi.ts", "dev/commands/reference.ts", "client/generate.ts"]) {
      expect(await node(page, "--check")).toMatchObject({ code: 0 });
    }
    const edited = join(copy, "src/routes/zebra-spots/read.ts");
    const text = await readFile(edited, "utf8");
    await writeFile(edited, text.replace("Get ", "Fetch "));
    const answer = await node("dev/commands/openapi.ts", "--check");
    expect(answer).toStrictEqual({ code: 1, output: "openapi.json is stale: run npm run derive.\n" });
    await writeFile(edited, text);
  }, 1_200_000);

  it("makes what passes its tests and the attacks on organizations, unedited", async () => {
    const files = [
      "test/routes/zebra-",
      "test/house/organizations",
      "test/house/strangers",
      "test/house/fields",
      "test/house/references",
      "test/house/queries",
      "test/house/room",
      "test/house/words",
      "test/db/schema",
    ];
    const { code, output } = await node("node_modules/vitest/vitest.mjs", "run", "--project", "worker", ...files);
    expect(output).toContain("zebra-foals.test.ts");
    expect(code, output).toBe(0);
  }, 1_200_000);

  it("takes a resource back with its migration, but nothing of one that was changed or that another needs", async () => {
    const before = await status();
    expect(before).toContain("src/crud/zebra-foals.ts");
    expect((await make("resource", "zebra-herds", "--undo")).output).toContain("src/db/schema.ts");
    const queries = join(copy, "src/crud/zebra-foals.ts");
    const text = await readFile(queries, "utf8");
    await writeFile(queries, `${text}// More.\n`);
    const { code, output } = await make("resource", "zebra-foals", "--undo");
    expect([code, output]).toStrictEqual([
      1,
      expect.stringContaining("nothing was undone:\n  src/crud/zebra-foals.ts"),
    ]);
    await writeFile(queries, text);
    expect(await status()).toBe(before);
    expect(await make("resource", "zebra-foals", "--undo")).toMatchObject({ code: 0 });
    expect(await status()).not.toMatch(/zebra.foals/);
    expect(await readFile(join(copy, "src/db/schema.ts"), "utf8")).not.toContain("zebraFoals");
    expect(await node("dev/commands/check-migrations.ts")).toMatchObject({ code: 0 });
  }, 1_200_000);
});
