import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { articleOf, inNameOf, namesOf, refuseUsed } from "../../../dev/make/names.ts";
import { copyProject, nodeIn } from "../../setup/project-copy.ts";

const project = join(import.meta.dirname, "../../..");
const run = promisify(execFile);
let copy = "";

const node = (script: string, ...args: string[]) => nodeIn(copy, script, ...args);
const make = (...args: string[]) => node("dev/make/new.ts", ...args);
const status = async () => (await run("git", ["status", "--porcelain"], { cwd: copy })).stdout;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "plinth-new-"));
  await copyProject(copy);
});

afterAll(() => rm(copy, { recursive: true, force: true }));

describe("npm run new", () => {
  it("names what was made later at the same lines, which has to be undone first", async () => {
    const made = join(copy, ".plinth/made");
    await mkdir(made, { recursive: true });
    await writeFile(join(copy, "list.txt"), "lions\nmanes\ntame\n");
    const adding = (after: string, line: string, file = "list.txt") =>
      `--- old/${file}\n+++ now/${file}\n@@ -1 +1,2 @@\n ${after}\n+${line}\n`;
    const records = [
      ["task_lions_count", adding("lions", "count")],
      ["resource_lions", adding("none", "lions")],
      ["resource_manes", adding("lions", "manes")],
      ["endpoint_lions_tame", adding("manes", "tame")],
      ["resource_birds", adding("none", "birds", "others.txt")],
    ] as const;
    for (const [at, [name, patch]] of records.entries()) {
      await writeFile(join(made, `${name}.patch`), `diff --git old/list.txt now/list.txt\n${patch}`);
      await utimes(join(made, `${name}.patch`), at, at);
    }
    const { code, output } = await make("resource", "lions", "--undo");
    expect(code).toBe(1);
    expect(output).toContain("Changed since it was made, so that nothing was undone:\n  list.txt\n");
    expect(output).toContain(
      "Made later, in the same files: endpoint lions/tame, resource manes. Undo these first, in this order.",
    );
    await rm(made, { recursive: true });
    await rm(join(copy, "list.txt"));
  });

  it.each([
    [[], /npm run new -- resource projects/],
    [["resource", "zebras", "--stripes"], /Unknown option '--stripes'/],
  ])("ends with 1 and says why, without a stack, on %j", async (args, reason) => {
    const { code, output } = await make(...args);
    expect(code).toBe(1);
    expect(output).toMatch(reason);
    expect(output).not.toMatch(/ at .*\.ts:\d+/);
  });

  it.each([
    [["resource"], /npm run new -- resource projects/],
    [["resource", "zebras", "--in", "users"], /--in is organization/],
    [["resource", "zebras", "--under", "users"], /--under users: owner_id is the user who owns a row/],
    [["resource", "zebras", "--under", "organizations"], /--under organizations: --in organization makes rows/],
    [["resource", "zebras", "--under", "herds"], /--under herds: .* does not read a row at/],
    [["resource", "zebras", "--under", "items", "--in", "organization"], /--under items: these are of users/],
    [["resource", "zebras", "--fields", ""], /names no field/],
    [["resource", "zebras", "--fields", "title"], /"title" is no field\. A field is name:kind/],
    [["resource", "zebras", "--fields", "Title:text"], /"Title:text" has no name of small letters/],
    [
      ["resource", "zebras", "--fields", "status:enum(open)"],
      /"status:enum\(open\)" has the name of a parameter.*state is free/,
    ],
    [["resource", "zebras", "--fields", "then:text"], /"then:text" has a name with a meaning of its own/],
    [["resource", "zebras", "--fields", "constructor:text"], /"constructor:text" has a name with a meaning of its own/],
    [["resource", "zebras", "--fields", `${"a".repeat(41)}:text`], /digits and _, at most 40\./],
    [["resource", "zebras", "--fields", "limit:integer"], /"limit:integer" has the name of a parameter of the list\./],
    [["resource", "zebras", "--fields", "due:dat"], /"due:dat" has no such kind[\s\S]*enum\(low,high\)/],
    [["resource", "zebras", "--fields", "mood:enum"], /"mood:enum" needs different values/],
    [["resource", "zebras", "--fields", "mood:enum(calm, calm)"], /"mood:enum\(calm, calm\)" needs different values/],
    [["resource", "zebras", "--fields", "title:text(0)"], /has a length from 1/],
    [["resource", "zebras", "--fields", "due:date(3)"], /takes nothing in brackets/],
    [
      ["resource", "zebras", "--fields", "mood:enum(calm,wild):unique"],
      /cannot be unique, as text, email, url, integer can/,
    ],
    [["resource", "zebras", "--fields", "title:text(501):unique?"], /is too long to be unique: 500 at most/],
    [["resource", "zebras", "--fields", "title:text?:unique"], /"title:text\?:unique" is no field/],
    [["resource", "zebras", "--fields", "title:text title:text"], /a column title already/],
    [["resource", "zebras", "--fields", "version:text"], /a column version already/],
    [["resource", "zebras", "--under", "items", "--fields", "item_id:text"], /a column item_id already/],
    [["resource", "zebras", "--fields", "herd_id:ref"], /"herd_id:ref" names no resource in brackets/],
    [
      ["resource", "zebras", "--fields", "herd_id:ref(items,herds)"],
      /ref\(items,herds\)" names no resource in brackets/,
    ],
    [["resource", "zebras", "--fields", "item:ref(items)"], /"item:ref\(items\)" holds an id, .*: item_id\./],
    [["resource", "zebras", "--fields", "item_id:ref(items):unique"], /"item_id:ref\(items\):unique" cannot be unique/],
    [
      ["resource", "zebras", "--fields", "herd_id:ref(herds)"],
      /herd_id refers to herds, .* npm run new -- resource herds makes such a resource/,
    ],
    [
      ["resource", "zebras", "--fields", "team_id:ref(organizations)"],
      /team_id refers to organizations: --in organization makes rows that they own\./,
    ],
    [
      ["resource", "zebras", "--fields", "keeper_id:ref(users)"],
      /keeper_id refers to users: owner_id is the user who owns a row, .*docs\/organizations\.md/,
    ],
    [
      ["resource", "zebras", "--fields", "dam_id:ref(zebras)"],
      /dam_id refers to zebras themselves.* dam_id:ref\(zebras\)\?/,
    ],
    [
      ["resource", "zebras", "--in", "organization", "--fields", "item_id:ref(items)"],
      /item_id refers to items, which are of users\. Rows of organizations cannot\./,
    ],
    [["resource", "zebras", "--under", "items", "--fields", "item_id:ref(items)"], /a column item_id already/],
    [["resource", "zebras", "--fields", "dam_id:ref(zebras)?"], /zebras need a field that does not refer to zebras/],
    [["resource", "zebras", "--undo"], /"resource zebras" was not made in this folder/],
    [["task", "zebras/run-off", "--in", "organization"], /--in, .* and --batch are for a resource/],
    [["endpoint", "zebras/run-off", "--export"], /--in, .* and --batch are for a resource/],
    [["resource", "zebras", "--search", "title,stripes"], /--search: "stripes" is no field of the kind text/],
    [["resource", "zebras", "--fields", "size:integer", "--search", "size"], /--search: "size" is no field of/],
    [
      ["resource", "zebras", "--fields", "a:text(100000) b:text(100000) c:text(1)", "--search", "a,b,c"],
      /--search: its fields hold 200001 characters, of 200000 at most/,
    ],
    [["resource", "zebras", "--under", "items", "--batch"], /--batch is for no resource under another/],
    [["resource", "items"], /src\/schemas\/items\.ts is there already/],
    [["resource", "../../etc/passwds"], /cannot name a resource/],
    [["resource", "Projects"], /lower-case letters/],
    [["resource", "classes"], /"class" cannot name a resource/],
    [["resource", "arguments"], /"arguments" cannot name a resource/],
    [["resource", "evals"], /"eval" cannot name a resource/],
    [["resource", "sheep"], /--singular/],
    [["resource", "category"], /in the plural: "categories"\?/],
    [["resource", "order-box"], /in the plural: "order-boxes"\?/],
    [["resource", "sales-person"], /in the plural: "sales-people"\?/],
    [["resource", "quiz"], /in the plural: "quizzes"\?/],
    [["resource", "series", "--singular", "series"], /one and many at once: .* such as series-entry/],
    [["resource", "zebras", "--fields", "contact:email(50)"], /takes nothing in brackets/],
    [["resource", "zebras", "--fields", "site:link"], /has no such kind[\s\S]*email, url/],
    [["resource", "series"], /"series" does not tell.* --singular/],
    [["resource", "status"], /"status" does not tell.* --singular/],
    [["resource", "web-caches"], /"web-caches" does not tell.* --singular/],
    [["resource", "user-creates"], /src\/schemas\/users\.ts has UserCreate already/],
    [["resource", "account-exports"], /src\/crud\/exports\.ts has AccountExports already/],
    [["endpoint", "items/restore"], /src\/routes\/items\/restore\.ts is there already/],
    [["endpoint", "items/../x"], /npm run new -- /],
    [["endpoint", "users/poke"], /users is not in ownedTables/],
    [
      ["resource", "warehouse-inventory-adjustments", "--fields", "reference_of_the_accounting_system:text(20):unique"],
      /cuts warehouse_inventory_adjustments_reference_of_the_accounting_system_key, of 70 characters/,
    ],
    [["resource", "runs"], /"run" cannot name a resource.* --singular/],
    [["resource", "errors"], /"Error" cannot name a resource/],
    [["resource", "timestamps"], /src\/schemas\/common\.ts has Timestamp already/],
    [["resource", "docs"], /src\/routes\/docs\/page\.ts has get \/docs already/],
    [["task", "items/../x"], /cannot name a task/],
    [["task", "purge-users"], /src\/tasks\/purge-users\.ts is there already/],
    [["task", "run"], /In the code of a task, "run" is taken/],
    [["endpoint", "zebras/archive"], /npm run new -- resource zebras makes it/],
  ])("refuses %j, says why, and writes nothing", async (args, reason) => {
    // In this process: a new one takes as long as all of these.
    const { make } = await import(join(copy, "dev/make/new.ts"));
    await expect(make(args)).rejects.toThrow(
      expect.objectContaining({ name: "CommandError", message: expect.stringMatching(reason) }),
    );
    expect(await status()).toBe("");
  });

  it.each(["--help", "-h"])("%s says how it is called", async (option) => {
    const { code, output } = await make(option);
    expect(code).toBe(0);
    expect(output).toMatch(
      /npm run new -- resource projects[\s\S]*--fields "title:text due:date\?"[\s\S]*--singular project[\s\S]*--undo/,
    );
  });

  it("makes a task, its test and its line, and takes them back unless they were changed", async () => {
    const { code, output } = await make("task", "projects/send-digest");
    expect(output).toContain("src/tasks/projects/send-digest.ts");
    expect(code).toBe(0);
    const file = (path: string) => readFile(join(copy, path), "utf8");
    expect(await file("src/tasks/projects/send-digest.ts")).toContain('name: "projects/send-digest"');
    expect(await file("test/tasks/projects/send-digest.test.ts")).toContain("sendDigest.later(");
    expect(await file("src/tasks/index.ts")).toMatch(/^ {2}sendDigest,$/m);
    const test = await file("test/tasks/projects/send-digest.test.ts");
    await writeFile(join(copy, "test/tasks/projects/send-digest.test.ts"), `${test}// More.\n`);
    const refused = await make("task", "projects/send-digest", "--undo");
    expect([refused.code, refused.output]).toStrictEqual([
      1,
      expect.stringMatching(/nothing was undone:\n {2}test\/tasks\/projects\/send-digest\.test\.ts\n$/),
    ]);
    await writeFile(join(copy, "test/tasks/projects/send-digest.test.ts"), test);
    expect(await make("task", "projects/send-digest", "--undo")).toStrictEqual({
      code: 0,
      output: "Undone: task projects/send-digest.\n",
    });
    expect(await status()).toBe("");
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
    ["people", "person"],
    ["sales-people", "sales-person"],
    ["children", "child"],
    ["quizzes", "quiz"],
    ["analyses", "analysis"],
    ["invoices", "invoice"],
    ["news-criteria", "news-criterion"],
  ])("%s: each is one %s", (many, one) => {
    expect(namesOf(many).one.dashed).toBe(one);
  });

  it.each([
    ["an", "invoice order answer entry e-mail api umbrella upload update unknown hour honest-answer honour heir"],
    ["an", "faq sms html-page xml-file mp3 ssh-key x-ray s-corp nda sla uninstall urn usher"],
    ["a", "project unit union user usage utility uniform unique-key university european-order one-time-code once-over"],
    ["a", "url uuid usb-stick u-turn ui ufo house history herb hymn year pdf csv tv t-shirt stripe rhythm fact sale"],
  ])("have the article %s by their sound: %s", (article, words) => {
    const wrong = words.split(" ").filter((word) => articleOf(word.replaceAll("-", " ")) !== article);
    expect(wrong).toStrictEqual([]);
  });

  it.each(["orders", "events", "files", "tags", "answers", "limits", "tables", "columns"])(
    "of %s are taken by nothing in the templates",
    async (many) => {
      const names = namesOf(many);
      const code = (file: string) => readFile(join(project, file), "utf8");
      const queries = [await code("dev/make/templates/user/crud.ts"), await code("src/db/schema.ts")];
      expect(() => refuseUsed(names.many.camel, ...queries)).not.toThrow();
      expect(() => refuseUsed(names.one.pascal)).not.toThrow();
      for (const file of ["create", "read", "update", "restore"]) {
        const route = await code(`dev/make/templates/user/routes/${file}.ts`);
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
    const text = "A field note of field notes: fieldNotes, aFieldNote, field_notes, /field-notes; a field note";
    expect(inNameOf(namesOf("order-lines"), text)).toBe(
      "An order line of order lines: orderLines, anOrderLine, order_lines, /order-lines; an order line",
    );
    expect(inNameOf(namesOf("user-units"), text)).toBe(
      "A user unit of user units: userUnits, aUserUnit, user_units, /user-units; a user unit",
    );
  });
});
