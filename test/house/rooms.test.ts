import { describe, expect, it } from "vitest";

const sources = import.meta.glob<string>("../../src/**/*.ts", { query: "?raw", import: "default", eager: true });
const clients = import.meta.glob<string>("../../client/src/*.ts", { query: "?raw", import: "default", eager: true });
// Without the clients that other tools generate there.
const tools = import.meta.glob<string>(["../../dev/**/*.ts", "!**/openapi-tools/out/**"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const tests = import.meta.glob<string>("../**/*.ts", { query: "?raw", import: "default", eager: true });

/** The rooms of src/, from the top of the house to its ground: a room may use those below its own floor. */
const floors = [
  ["index.ts", "node.ts"],
  ["shape"],
  ["app.ts"],
  ["routes"],
  ["endpoint"],
  ["middleware"],
  ["services", "tasks", "task", "platform"],
  ["context", "mail"],
  ["crud", "http"],
  ["db"],
  ["errors.ts", "settings.ts"],
  ["log.ts", "setting-values.ts"],
  ["schemas"],
  ["security"],
  ["values.ts", "permissions.ts", "in-time.ts"],
];

/** Types alone may also be taken from these rooms, which are not below. */
const typesOf: Record<string, readonly string[]> = {
  middleware: ["endpoint"],
  context: ["mail", "platform", "task"],
  http: ["context"],
};

/** Rooms that may use each other, file by file without circles: a task follows rules, and rules enqueue tasks. */
const beside: Record<string, readonly string[]> = {
  services: ["tasks"],
  tasks: ["services", "task"],
};

const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));
const inSrc = (file: string) => file.replace("../../src/", "");
const roomOf = (path: string) => path.split("/")[0] ?? "";

type Arrow = { file: string; to: string; isType: boolean };

/** The imports of a file of src/ from other rooms. The linter covers everything outside of src/. */
function arrowsOf(file: string, text: string): Arrow[] {
  const imports = text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from "(\.[^"]+)"/gms);
  return [...imports].flatMap(([, type, target = ""]) => {
    const path = new URL(target, `file:///src/${inSrc(file)}`).pathname;
    const [, to = ""] = /^\/src\/(.+)$/.exec(path) ?? [];
    return to === "" || roomOf(to) === roomOf(inSrc(file))
      ? []
      : [{ file: inSrc(file), to, isType: type !== undefined }];
  });
}

function isWrong({ file, to, isType }: Arrow): boolean {
  const [from, target] = [roomOf(file), roomOf(to)];
  if (floorOf(target) > floorOf(from) || beside[from]?.includes(target)) return false;
  return !(isType && typesOf[from]?.includes(target));
}

describe("the rooms of src/", () => {
  const files = Object.entries(sources);

  it("are all on a floor of the drawing above", () => {
    const rooms = new Set(files.map(([file]) => roomOf(inSrc(file))));
    expect([...rooms].toSorted()).toStrictEqual(floors.flat().toSorted());
  });

  it("import down only", () => {
    const arrows = files.flatMap(([file, text]) => arrowsOf(file, text));
    expect(arrows.length).toBeGreaterThan(200);
    expect(arrows.filter(isWrong)).toStrictEqual([]);
  });

  it.each([
    ["crud/a.ts", "services/b.ts", false, true],
    ["crud/a.ts", "db/b.ts", false, false],
    ["http/a.ts", "context/b.ts", false, true],
    ["http/a.ts", "context/b.ts", true, false],
    ["mail/a.ts", "context/b.ts", true, true],
  ])("%s → %s (a type: %j) is wrong: %j", (file, to, isType, expected) => {
    expect(isWrong({ file, to, isType })).toBe(expected);
  });
});

/** Each rule: where it holds, what it forbids, and what to do instead. */
const rules: [name: string, where: RegExp, forbidden: RegExp, instead: string][] = [
  [
    "a query",
    /^(routes|services|middleware|tasks?|mail|endpoint)\//,
    /\bdb\s*\.\s*(select\w*|insert|update|delete|execute|with|batch|query|\$\w+)\b/,
    "A query is a function of src/crud.",
  ],
  ["a problem by hand", /^(?!errors\.ts|endpoint\/)/, /["'`]application\/problem\+json/, "Throw an ApiError."],
  ["an HTTPException", /^(?!errors\.ts)/, /\bHTTPException\b/, "Throw an ApiError, whose codes a contract lists."],
  ["an answer without a contract", /^(routes|services)\//, /\bnew Response\(/, "Answer by c.json or c.body."],
  ["a client's address", /^(?!platform\/)/, /CF-Connecting-IP|X-Forwarded/i, "Ask `address` of the dependencies."],
  ["any", /^/, /biome-ignore lint\/suspicious\/noExplicitAny|\bas any\b/, "Name the type, or unknown."],
  [
    "an endpoint",
    /^(?!routes\/[\w-]+\/|endpoint\/)/,
    /\bendpoint\(\s*\{/,
    "One endpoint a file, in src/routes/<resource>/.",
  ],
];

describe("a thing of src/ is made in its own room:", () => {
  it.each(rules)("%s", (_name, where, forbidden, instead) => {
    const wrong = Object.entries(sources).filter(([file, text]) => where.test(inSrc(file)) && forbidden.test(text));
    expect(
      wrong.map(([file]) => inSrc(file)),
      instead,
    ).toStrictEqual([]);
  });

  it("which the rules would see", () => {
    const broken = [
      "const rows = await c.var.db.select().from(items);",
      'c.header("Content-Type", "application/problem+json")',
      "throw new HTTPException(418)",
      "return new Response(body)",
      'c.req.header("CF-Connecting-IP")',
      "(body as any).id",
      "export const hidden = endpoint({",
    ];
    for (const [i, text] of broken.entries()) expect(rules[i]?.[2].test(text), text).toBe(true);
  });
});

describe("a comment", () => {
  const clause =
    /^\s*(?:\/\/|\/\*\*|\/\*\*\n\s*\*) (?:What|Who|Whether|Which|Where|How|If|When|While|Because|Since|Although|Unless|Until|Once)(?:ever|se|m)?\b/gm;
  const beginning = (text: string) => Array.from(text.matchAll(clause), ([found]) => found.trim());

  it("begins with a verb or a noun, and not with a clause", () => {
    const all = { ...sources, ...clients, ...tools, ...tests };
    const wrong = Object.entries(all).map(([file, text]) => [file, beginning(text)]);
    expect(wrong.filter(([, found]) => found?.length)).toStrictEqual([]);
    for (const line of ["// What it does", "  /** Whoever calls it */", "/**\n * If it is there"])
      expect(beginning(line), line).toHaveLength(1);
  });
});

describe("a test", () => {
  const leftOut = /\b(it|test|describe)(\.\w+)*\.(skip|skipIf|runIf|todo|only|fails)\b/;

  it("is never left out, not even under a condition", () => {
    const wrong = Object.entries(tests).filter(([, text]) => leftOut.test(text));
    expect(wrong.map(([file]) => file)).toStrictEqual([]);
    for (const call of ["it", "describe.concurrent", "test.each"])
      expect(leftOut.test(`${call}${".skipIf"}(a)`)).toBe(true);
  });
});
