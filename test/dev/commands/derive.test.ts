import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyProject, nodeIn } from "../../setup/project-copy.ts";

describe("npm run derive before the compiler has looked", () => {
  let copy = "";
  beforeAll(async () => {
    copy = join(await mkdtemp(join(tmpdir(), "plinth-derive-")), "project");
    await copyProject(copy);
  });
  afterAll(() => rm(join(copy, ".."), { recursive: true, force: true }));

  const [readMe, policy, errors] = ["src/routes/users/read-me.ts", "src/context/policy.ts", "src/errors.ts"];
  const contract = "src/endpoint/contract.ts";

  /** Edits a file, runs a command and puts the file back. */
  async function derived(script: string, file: string, before: string, after: string) {
    const text = await readFile(join(copy, file), "utf8");
    expect(text).toContain(before);
    await writeFile(join(copy, file), text.replace(before, after));
    try {
      return await nodeIn(copy, `dev/commands/${script}.ts`);
    } finally {
      await writeFile(join(copy, file), text);
    }
  }

  it.each([
    ['access: "user", rate: "rarely",', "readMe: there is no rate class rarely in src/context/policy.ts, which has"],
    ['access: "user", errors: ["gone"],', "readMe: there is no error gone in src/errors.ts"],
    [
      'access: "user", changes: { "account.renamed": "admin" },',
      "readMe: there is no sensitive change account.renamed",
    ],
    ['access: "support",', "readMe: access is one of public, user, admin, member"],
  ])("names the endpoint, the word and the rule for %s", async (word, fault) => {
    for (const script of ["access-matrix", "openapi"]) {
      const { code, output } = await derived(script, readMe, 'access: "user",', word);
      expect([code, output]).toStrictEqual([1, expect.stringContaining(`\n${fault}`)]);
      expect(output, "a sentence, and no stack").not.toContain("    at ");
    }
  });

  it("names an endpoint with a schema that the document cannot show, and the remedy", async () => {
    const { code, output } = await derived(
      "openapi",
      "src/schemas/health.ts",
      "status: z.literal",
      "more: z.json(), status: z.literal",
    );
    expect([code, output]).toStrictEqual([
      1,
      expect.stringContaining("\nready: a schema contains itself: give it a name"),
    ]);
    expect(output, "a sentence, and no stack").not.toContain("    at ");
  });

  it.each([
    [
      "reference",
      policy,
      "  heavy: { limit",
      "  rare: { limit: 1, period: 60 },\n  heavy: { limit",
      "rateKeys of dev/commands/reference.ts has nothing for rare yet: add it there.\n",
    ],
    [
      "reference",
      policy,
      "  bulk: 0.8,",
      "  bulk: 0.8, slow: 0.5,",
      "works of dev/commands/reference.ts has nothing for slow yet: add it there.\n",
    ],
    [
      "reference",
      errors,
      "status: 404",
      "status: 418",
      "byStatus of dev/commands/errors-page.ts has nothing for 418 yet: add it there.\n",
    ],
    [
      "reference",
      contract,
      "  /** Its title in the document. */\n",
      "",
      "The type Contract of src/endpoint/contract.ts has nothing for summary yet: add it there.\n",
    ],
  ])("%s says where the rest of a half-added line of %s belongs: %s", async (script, file, before, after, said) => {
    expect(await derived(script, file, before, after)).toStrictEqual({ code: 1, output: said });
  });
});
