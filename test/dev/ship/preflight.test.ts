import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleBudget, startBudget } from "../../../dev/ship/budgets.ts";
import { configLines } from "../../../dev/ship/checks/all.ts";
import { packageLines } from "../../../dev/ship/checks/packages.ts";
import { sourceLines } from "../../../dev/ship/checks/sources.ts";
import { unknown } from "../../../dev/ship/line.ts";
import { leastStart, measureStart } from "../../../dev/ship/measure.ts";
import { bundleLine, startLine } from "../../../dev/ship/plan.ts";
import { wranglerIn } from "../../../dev/ship/wrangler.ts";
import { tinyProject } from "./project.ts";

const project = join(import.meta.dirname, "../../..");
let copy = "";
let config = "";

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "plinth-preflight-"));
  await cp(join(project, "src"), join(copy, "src"), { recursive: true });
  config = await readFile(join(project, "wrangler.toml"), "utf8");
});
afterAll(() => rm(copy, { recursive: true }));

/** The no-go lines of production, as `name: sentence`, where its part of wrangler.toml was edited. */
async function faultsOf(edit: (text: string) => string, isEverywhere = false): Promise<string[]> {
  const [head = "", production = ""] = config.split(/(?=^\[env\.production\]$)/m);
  const edited = edit(production);
  const text = isEverywhere || edited === production ? edit(config) : head + edited;
  await writeFile(join(copy, "wrangler.toml"), text);
  return configLines(copy, "production").flatMap(({ name, verdict, says }) =>
    verdict === "no-go" ? `${name}: ${says}` : [],
  );
}

const swap = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
const add = (line: string) => swap('name = "plinth-production"', `name = "plinth-production"\n${line}`);
const variable = (name: string, value: string) => (text: string) =>
  text.includes(`\n${name} =`)
    ? text.replace(new RegExp(`\n${name} = .*`), `\n${name} = "${value}"`)
    : text.replace("\nSIGNUP =", `\n${name} = "${value}"\nSIGNUP =`);

describe("npm run preflight", () => {
  it("finds nothing in this project but that workers.dev caches nothing", async () => {
    expect(await faultsOf((text) => text)).toStrictEqual([
      expect.stringMatching(/^cache: workers\.dev caches nothing/),
    ]);
    expect((await sourceLines(project, "")).map(({ verdict }) => verdict)).toStrictEqual(["go", "go", "go", "go"]);
  });

  it("takes for given the secrets that it cannot see", async () => {
    const edits = [
      swap('"SECRET_KEY"]', '"SECRET_KEY", "RESEND_API_KEY"]'),
      variable("MAIL", "on"),
      variable("MAIL_FROM", "Plinth <mail@plinth.dev>"),
      variable("FRONTEND_URL", "https://plinth.dev"),
      variable("REQUIRE_VERIFIED_EMAIL", "true"),
    ];
    const faults = await faultsOf((text) => edits.reduce((done, edit) => edit(done), text));
    expect(faults.filter((fault) => fault.startsWith("settings: "))).toStrictEqual([]);
  });

  it("never takes for good what it cannot know", async () => {
    await writeFile(join(copy, "wrangler.toml"), config);
    const unknown = configLines(copy, "production").flatMap(({ name, verdict }) => (verdict === "unknown" ? name : []));
    expect(unknown.toSorted()).toStrictEqual(["placement", "plan", "rate limits"]);
  });

  it("names the place of a mistake in wrangler.toml, and the reason for a value of the wrong kind", async () => {
    const refusal = (edit: (text: string) => string) => faultsOf(edit, true).catch(String);
    expect(await refusal((text) => `vars = [\n${text}`)).toMatch(
      /^CommandError: \S+wrangler\.toml:\d+:\d+: ERROR: Invalid TOML document/,
    );
    expect(await refusal(swap(/compatibility_date = .*/, "compatibility_date = 5"))).toMatch(
      /^CommandError: .*\n.*"compatibility_date" to be of type string/,
    );
  });

  it.each([
    [
      "a Worker outside of the environments",
      swap('main = "src/index.ts"', 'main = "src/index.ts"\nname = "plinth"'),
      "root Worker: ",
    ],
    [
      "a route outside of the environments",
      swap('main = "src/index.ts"', 'main = "src/index.ts"\nroutes = ["a.test/*"]'),
      "root Worker: ",
    ],
    [
      "limits",
      swap('name = "plinth-production"', 'name = "plinth-production"\nlimits = { cpu_ms = 100 }'),
      "limits: a Free account refuses",
    ],
    [
      "a variable that an environment lacks",
      swap(/SIGNUP = .*\n/, ""),
      "parity of production: [env.production] lacks the variable SIGNUP",
    ],
    [
      "a secret that an environment does not require",
      swap('required = ["DATABASE_URL", "SECRET_KEY"]', 'required = ["SECRET_KEY"]'),
      "does not require the secret DATABASE_URL",
    ],
    [
      "a binding that an environment lacks",
      swap(
        /\n\[\[env\.production\.durable_objects\.bindings\]\]\nname = "TASK_ALARM"\nclass_name = "TaskAlarm"\n/,
        "\n",
      ),
      "lacks the binding TASK_ALARM",
    ],
    [
      "an environment that calls itself another",
      variable("ENVIRONMENT", "staging"),
      '[env.production] has ENVIRONMENT = "staging"',
    ],
    [
      "the Worker of another environment",
      swap('name = "plinth-production"', 'name = "plinth-staging"'),
      "plinth-staging is also the Worker of staging",
    ],
    [
      "a setting that is misspelt",
      variable("ALLOWED_ORIGIN", "https://a.de"),
      "settings: ALLOWED_ORIGIN is no setting",
    ],
    ["a setting without a valid value", variable("SIGNUP", "maybe"), "settings: SIGNUP has no valid value"],
    [
      "sessions that idle for longer than they last",
      variable("SESSION_IDLE_DAYS", "360"),
      "settings: SESSION_IDLE_DAYS must not exceed SESSION_ABSOLUTE_DAYS",
    ],
    [
      "an origin without TLS",
      variable("FRONTEND_URL", "http://localhost:3000"),
      "settings: FRONTEND_URL must be https",
    ],
    ["mail without a sender", variable("MAIL", "on"), "settings: MAIL is on without MAIL_FROM"],
    [
      "mail without a provider",
      variable("MAIL", "on"),
      "settings: MAIL is on without a way to send: bind EMAIL, or add RESEND_API_KEY",
    ],
    [
      "signing keys that are missing",
      variable("ALGORITHM", "ES256"),
      "settings: ALGORITHM is ES256 without SIGNING_KEYS",
    ],
    ["files without a bucket", variable("FILES", "on"), "settings: FILES is on without the bucket"],
    ["verification without mail", variable("REQUIRE_VERIFIED_EMAIL", "true"), "nobody could sign in"],
    [
      "a secret among the variables",
      variable("RESEND_API_KEY", "abcdefgh"),
      "secrets in the open: RESEND_API_KEY holds a secret",
    ],
    [
      "a secret under another name",
      variable("MAIL_FROM", "re_1234567890abcdefXYZ"),
      "secrets in the open: MAIL_FROM holds a secret",
    ],
    [
      "a placeholder",
      variable("FRONTEND_URL", "https://app.example.com"),
      'placeholders: FRONTEND_URL is still "https://app.example.com"',
    ],
    [
      "an id that nobody filled in",
      swap(
        'name = "plinth-production"',
        'name = "plinth-production"\nkv_namespaces = [{ binding = "CACHE", id = "…" }]',
      ),
      'placeholders: CACHE is still "…"',
    ],
    [
      "limits that two environments count together",
      swap('namespace_id = "1003"', 'namespace_id = "1103"'),
      "rate limits: RATE_LIMIT_SIGN_IN counts together with staging",
    ],
    [
      "two limits that count together",
      swap('namespace_id = "1003"', 'namespace_id = "1004"'),
      "counts with another limit by namespace_id 1004",
    ],
    [
      "a Durable Object that no migration makes",
      swap(', { tag = "v2", new_sqlite_classes = ["TaskAlarm"] }', ""),
      "Durable Objects: TASK_ALARM is bound to TaskAlarm",
    ],
    ["more subrequests than any plan has", variable("SUBREQUESTS", "20000"), "subrequests: SUBREQUESTS is 20000"],
    [
      "a database that never sleeps",
      swap('crons = ["0 * * * *"]', 'crons = ["* * * * *"]'),
      "schedules: a schedule of every few minutes",
    ],
    [
      "logs that cost twice",
      swap("invocation_logs = false", "invocation_logs = true"),
      "logs: invocation_logs double the price",
    ],
    ["no traces", swap(", traces = { enabled = true, head_sampling_rate = 0.05 }", ""), "logs: traces are off"],
    [
      "a version that nobody tells",
      swap('version_metadata = { binding = "CF_VERSION_METADATA" }\n', ""),
      "version: GET /version and the smoke test need",
    ],
    ["logs of no request", swap("head_sampling_rate = 1,", "head_sampling_rate = 0,"), "logs: observability is off"],
    [
      "a binding of one's own that an environment lacks",
      swap('main = "src/index.ts"', 'main = "src/index.ts"\nd1_databases = [{ binding = "OLD", database_id = "1" }]'),
      "parity of production: [env.production] lacks the binding OLD",
    ],
    [
      "a queue that nobody takes",
      add('queues = { producers = [{ binding = "TASK_QUEUE", queue = "tasks" }] }'),
      "queues: TASK_QUEUE sends to tasks, of which this Worker is no consumer",
    ],
    [
      "a migration that deletes what is bound",
      swap('["TaskAlarm"] }]', '["TaskAlarm"] }, { tag = "v3", deleted_classes = ["TaskAlarm"] }]'),
      "Durable Objects: TASK_ALARM is bound to TaskAlarm, which no migration makes",
    ],
    ["two migrations of one tag", swap('tag = "v2"', 'tag = "v1"'), "Durable Objects: two migrations have the tag v1"],
    [
      "Durable Objects of another environment",
      swap('class_name = "TaskAlarm"', 'class_name = "TaskAlarm"\nscript_name = "plinth-staging"'),
      "shared storage: TASK_ALARM has the Durable Objects of plinth-staging, the Worker of staging",
    ],
    ["a limit without a number", swap('"1001"', '"public"'), "RATE_LIMIT_PUBLIC has the namespace_id public"],
    ["a Worker that nobody reaches", add("workers_dev = false"), "domain: workers_dev is false"],
    [
      "a place that no provider has",
      add('placement = { region = "eu-central-1" }'),
      "placement: the region eu-central-1",
    ],
    [
      "schedules that an environment takes away",
      add("triggers = { crons = [] }"),
      "schedules: nothing looks each hour",
    ],
    ["a schedule of each day", add('triggers = { crons = ["0 3 * * *"] }'), "schedules: nothing looks each hour"],
    ["a schedule of words", add('triggers = { crons = ["hourly"] }'), 'schedules: "hourly" is no cron expression'],
    ["seconds in a schedule", add('triggers = { crons = ["0 0 * * * *"] }'), "is no cron expression of five fields"],
    [
      "a schedule of every few minutes, in other words",
      add('triggers = { crons = ["0 * * * *", "3-58/10 * * * *", "8-58/10 * * * *"] }'),
      "schedules: a schedule of every few minutes",
    ],
    ["no placement", swap('placement = { mode = "smart" }', ""), "placement: none"],
    ["a date in the future", swap("2026-11-01", "2099-01-01"), "compatibility date: 2099-01-01 is not in the past"],
  ])("names %s", async (_, edit, fault) => {
    expect((await faultsOf(edit)).join("\n")).toContain(fault);
  });

  it("names a bucket of another environment", async () => {
    const edit = swap(/# r2_buckets = (.*) bucket_name = ".*" \}\]/g, 'r2_buckets = $1 bucket_name = "one" }]');
    expect((await faultsOf(edit, true)).join("\n")).toContain("shared storage: the bucket one is also that of staging");
  });

  it("names a queue, a namespace and a domain of another environment", async () => {
    const line = [
      'queues = { consumers = [{ queue = "tasks" }] }',
      'kv_namespaces = [{ binding = "CACHE", id = "0123456789abcdef0123456789abcdef" }]',
      'routes = [{ pattern = "api.plinth.dev", custom_domain = true }]',
    ].join("\n");
    const faults = await faultsOf(swap(/name = "plinth-(staging|production)"/g, `$&\n${line}`), true);
    expect(faults).toStrictEqual([
      "parity of production: api.plinth.dev is also the route of staging",
      "shared storage: the namespace 0123456789abcdef0123456789abcdef is also that of staging",
      "shared storage: the queue tasks is also that of staging",
    ]);
  });

  it.each([
    [
      "a binding that production alone has",
      'kv_namespaces = [{ binding = "CACHE", id = "0123456789abcdef0123456789abcdef" }]',
    ],
    ["schedules that share minutes", 'triggers = { crons = ["0 * * * *", "*/5 3 * * *", "2 4 * * *", "0 3 L * *"] }'],
    [
      "a queue that wakes its own tasks",
      'queues = { producers = [{ binding = "TASK_QUEUE", queue = "q" }], consumers = [{ queue = "q" }] }',
    ],
    ["a binding to another Worker", 'services = [{ binding = "OTHER", service = "other" }]'],
  ])("finds no fault with %s", async (_, line) => {
    expect((await faultsOf(add(line))).filter((fault) => !fault.startsWith("cache: "))).toStrictEqual([]);
  });

  it("takes a domain of one's own and the region of the database", async () => {
    const edit = (text: string) =>
      text
        .replace('placement = { mode = "smart" }', 'placement = { region = "aws:eu-central-1" }')
        .replace(
          'name = "plinth-production"',
          'name = "plinth-production"\nroutes = [{ pattern = "api.plinth.dev", custom_domain = true }]',
        );
    expect(await faultsOf(edit, true)).toStrictEqual([]);
    const lines = configLines(copy, "production").map(({ verdict, name, says }) => `${verdict} ${name}: ${says}`);
    expect(lines).toContain("go placement: beside the database in aws:eu-central-1");
    expect(lines).toContain("go cache: answers are cached at api.plinth.dev");
  });

  it.each([
    [
      "PBKDF2 beyond the cap",
      "pbkdf2Sync(password, salt, 600_000, 32, 'sha256')",
      "PBKDF2: src/fault.ts asks for 600,000 iterations",
    ],
    [
      "PBKDF2 of WebCrypto beyond the cap",
      'const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: 2 ** 18 };',
      "PBKDF2: src/fault.ts asks for 262,144 iterations",
    ],
    [
      "scrypt beyond the cap",
      "scryptSync(password, salt, 32, { N: 2 ** 17, r: 8, p: 2 })",
      "scrypt: src/fault.ts asks for N · r · p = 2,097,152",
    ],
    ["code made at run time", 'const f = new Function("return 1");', "Node APIs: src/fault.ts makes code at run time"],
  ])("names %s", async (_, code, fault) => {
    await writeFile(join(copy, "src/fault.ts"), code);
    const lines = await sourceLines(copy, "");
    await rm(join(copy, "src/fault.ts"));
    expect(lines.map(({ name, says }) => `${name}: ${says}`).join("\n")).toContain(fault);
  });

  it("names a module of Node that a Worker lacks, a secret in git, and a bundle or a start over its budget", async () => {
    const git = (...args: string[]) => promisify(execFile)("git", args, { cwd: copy });
    await mkdir(dirname(join(copy, ".dev.vars")), { recursive: true });
    await writeFile(join(copy, ".dev.vars"), "SECRET_KEY=a");
    expect(await sourceLines(copy, "")).toContainEqual(
      unknown("committed secrets", "git does not tell what it has: git status says why"),
    );
    await git("init", "-q");
    const secrets = {
      "production secrets.json": { SECRET_KEY: "a" },
      "empty.json": { SECRET_KEY: "" },
      "list.json": ["SECRET_KEY"],
    };
    for (const [file, json] of Object.entries(secrets)) await writeFile(join(copy, file), JSON.stringify(json));
    await git("add", ".dev.vars", ...Object.keys(secrets));
    const lines = await sourceLines(copy, 'import{spawn as a}from"node:child_process";import b from"node:crypto";');
    const faults = lines.flatMap(({ verdict, says }) => (verdict === "no-go" ? says : []));
    expect(faults).toStrictEqual([
      "node:child_process is imported, which a deployed Worker does not have",
      "git has .dev.vars: take it out, and replace the secrets in it",
      "git has production secrets.json: take it out, and replace the secrets in it",
    ]);
    expect([bundleLine(bundleBudget + 1).verdict, bundleLine(bundleBudget).verdict]).toStrictEqual(["no-go", "go"]);
    expect(
      [startLine(startBudget + 1), startLine(startBudget), startLine(undefined)].map(({ verdict }) => verdict),
    ).toStrictEqual(["no-go", "go", "unknown"]);
  });

  it.each([
    { starts: [400], least: 400 },
    { starts: [900, 300], least: 300 },
    { starts: [900, 500, 700], least: 500 },
    { starts: [900, undefined], least: 900 },
    { starts: [undefined], least: undefined },
  ])("measures a start over its budget anew, and takes the least: $starts", async ({ starts, least }) => {
    const left = [...starts];
    expect(await leastStart(async () => left.shift())).toBe(least);
    expect(left).toStrictEqual([]);
  });

  it("finds packages that are not those of the commit", async () => {
    const [name, folder] = ["packages", await mkdtemp(join(tmpdir(), "plinth-packages-"))];
    const says = async () => (await packageLines(folder)).map((line) => `${line.verdict} ${line.says}`);
    const write = (file: string, content: unknown) => writeFile(join(folder, file), JSON.stringify(content));
    const one = { version: "1.2.3", integrity: "sha512-one" };
    const own = { dependencies: { one: "1.2.3" } };
    const lock = (...more: object[]) => ({
      packages: Object.assign(
        { "": own, client: {}, "node_modules/client": { link: true }, "node_modules/one": one },
        ...more,
      ),
    });
    expect(await packageLines(folder)).toMatchObject([{ name, verdict: "unknown" }]);
    for (const path of ["node_modules", "client"]) await mkdir(join(folder, path));
    await write("package.json", own);
    await write("client/package.json", {});
    await write("package-lock.json", lock({ "node_modules/other-platform": { ...one, optional: true } }));
    await write("node_modules/.package-lock.json", lock());
    expect(await says()).toStrictEqual([expect.stringMatching(/^go /)]);
    await write("client/package.json", { devDependencies: { two: "2.0.0" } });
    await write("node_modules/.package-lock.json", lock({ "node_modules/one": { ...one, version: "1.2.2" } }));
    await write("package-lock.json", lock({ "node_modules/one/node_modules/@a/two": one }));
    expect(await says()).toStrictEqual([
      "no-go package-lock.json is not that of client/package.json: npm install, and commit it",
      "no-go not installed as package-lock.json says: one is 1.2.2, not 1.2.3, @a/two 1.2.3 is missing: npm ci",
    ]);
    expect(await packageLines(project)).toMatchObject([{ name, verdict: "go" }]);
    await rm(folder, { recursive: true });
  });

  it("names a Worker that throws as it starts, and a flag of the runtime that there is not", async () => {
    const { folder } = await tinyProject();
    const start = () => measureStart(wranglerIn(folder, process.env), "production");
    await writeFile(join(folder, "index.js"), "export default { fetch: () => new Response(crypto.randomUUID()) };");
    expect(await start()).toBeTypeOf("number");
    await writeFile(
      join(folder, "index.js"),
      "const id = crypto.randomUUID(); export default { fetch: () => new Response(id) };",
    );
    const fault = expect.stringMatching(/^a module throws as it is loaded/);
    expect(await start()).toStrictEqual({ fault });
    expect(startLine(await start())).toMatchObject({ name: "start-up", verdict: "no-go" });
    const config = await readFile(join(folder, "wrangler.toml"), "utf8");
    await writeFile(join(folder, "wrangler.toml"), `compatibility_flags = ["nodejs_compatt"]\n${config}`);
    expect(await start()).toStrictEqual({ fault: "No such compatibility flag: nodejs_compatt" });
    await rm(folder, { recursive: true });
  });
});
