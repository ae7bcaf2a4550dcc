import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readEnvironmentOf, type ShapeWorker, shapeWorkers } from "../../../dev/shapes/configs.ts";
import { deployScript } from "../../../dev/shapes/deploy.ts";
import { partsOf, shapes } from "../../../dev/shapes/parts.ts";
import { endpoints } from "../../../src/routes/index.ts";

const run = promisify(execFile);
const folder = join(tmpdir(), "a", "shape");
const environment = readEnvironmentOf("production");
const inGroups = partsOf(endpoints, "group");
/** Names of two parts, whatever endpoints there are. */
const [one = "", another = ""] = inGroups.others.map(({ name }) => name);

const Config = z.looseObject({
  services: z.array(z.object({ binding: z.string(), service: z.string() })).optional(),
  ratelimits: z.array(z.looseObject({ namespace_id: z.string() })).optional(),
});
const configOf = (workers: readonly ShapeWorker[], part: string) =>
  Config.parse(workers.find((worker) => worker.part === part)?.config);

describe.each(shapes)("the Workers of the shape %s", (shape) => {
  const parts = partsOf(endpoints, shape);
  const workers = shapeWorkers(parts, environment, folder);
  const callees = workers.slice(0, -1);
  const router = configOf(workers, "router");

  it("have each endpoint once, and none is forgotten", () => {
    const divided = [parts.base, ...parts.others].flatMap((part) => part.endpoints);
    expect(divided).toHaveLength(endpoints.length);
    expect(new Set(divided)).toStrictEqual(new Set(endpoints));
    const outsideBase = endpoints.filter(({ contract }) => contract.tags[0] !== "operations");
    const groups = new Set(outsideBase.map(({ contract }) => contract.tags[0]));
    expect(parts.others.length).toBe(shape === "group" ? groups.size : outsideBase.length);
  });

  it("have names of their own, the base that of wrangler.toml, and each callee comes before its caller", () => {
    const names = workers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect([names[0], names.at(-1)]).toStrictEqual(["plinth-production", "plinth-production-router"]);
    expect(router.services?.map(({ service }) => service)).toStrictEqual(names.slice(0, -1));
  });

  it("have the settings and the counters of the environment, but for the router, which has no secret", () => {
    const { vars, ratelimits, secrets } = environment;
    for (const { config } of callees) expect(config).toMatchObject({ vars, ratelimits, secrets });
    expect(router).toMatchObject({ vars: { ALLOWED_ORIGINS: "" } });
    expect(router).not.toHaveProperty("secrets");
    expect(router).not.toHaveProperty("durable_objects");
  });

  it("keep Durable Objects, their migrations and the schedule in the base alone", () => {
    const [base, ...others] = callees;
    expect(base?.config).toMatchObject({ migrations: environment.migrations, triggers: { crons: ["0 * * * *"] } });
    expect(base?.config.durable_objects).toStrictEqual(environment.durable_objects);
    for (const { config } of [...others, { config: router }]) {
      expect(config).not.toHaveProperty("migrations");
      expect(config).not.toHaveProperty("triggers");
    }
    const script_name = "plinth-production";
    const bindings = environment.durable_objects.bindings.map((binding) => ({ ...binding, script_name }));
    for (const { config } of others) expect(config.durable_objects).toStrictEqual({ bindings });
  });

  it("are reached through the router alone, which has the static files", () => {
    for (const { config } of callees) {
      expect(config).toMatchObject({ workers_dev: false, preview_urls: false });
      for (const key of ["routes", "route", "assets"]) expect(config).not.toHaveProperty(key);
    }
    expect(router).toMatchObject({ assets: { directory: expect.stringContaining(join(".plinth", "assets")) } });
    expect(router).not.toHaveProperty("workers_dev");
  });
});

describe("shapes", () => {
  it("take routes, queues and the domain of an environment to where they belong", () => {
    const routes = [{ pattern: "api.example.com", custom_domain: true }];
    const queues = { producers: [{ binding: "TASK_QUEUE", queue: "q" }], consumers: [{ queue: "q" }] };
    const workers = shapeWorkers(inGroups, { ...environment, routes, queues, workers_dev: false }, folder);
    expect(configOf(workers, "router")).toMatchObject({ routes, workers_dev: false });
    expect(configOf(workers, "base")).toMatchObject({ queues });
    expect(configOf(workers, one)).toMatchObject({ queues: { ...queues, consumers: [] } });
  });

  it("let a part have configuration of its own, and refuse that of none", () => {
    const limits = { cpu_ms: 50 };
    const workers = shapeWorkers(inGroups, environment, folder, { [one]: { limits, ratelimits: [] } });
    expect(configOf(workers, one)).toMatchObject({ limits, ratelimits: [] });
    expect(configOf(workers, another)).not.toHaveProperty("limits");
    const misspelt = () => shapeWorkers(inGroups, environment, folder, { "no-such-part": { limits } });
    expect(misspelt).toThrow("no part is called no-such-part");
  });

  it("refuse names that Cloudflare does not take, or that would be another's", () => {
    const long = { ...environment, name: "a-name-of-more-than-fifty-characters-for-an-environment" };
    expect(() => shapeWorkers(inGroups, long, folder)).toThrow("at most 63");
    const [first] = endpoints;
    for (const tag of ["router", "Base", "–"]) {
      const named = { ...first, contract: { ...first.contract, tags: [tag] as const } };
      expect(() => partsOf([named], "group"), tag).toThrow("no Worker can be called");
    }
  });

  it("refuse an environment that there is not", () => {
    expect(() => readEnvironmentOf("nowhere")).toThrow("wrangler.toml has no environment nowhere.");
  });
});

describe("the script that deploys a shape", () => {
  /** Runs it with a stand-in for npx that fails at one Worker; answers the arguments of each call. */
  async function deploys({
    variables = {},
    failAt = "none",
    hasSecrets = false,
  }: {
    variables?: Record<string, string>;
    failAt?: string;
    hasSecrets?: boolean;
  }) {
    const own = await mkdtemp(join(tmpdir(), "plinth-deploy-"));
    const calls = join(own, "calls");
    const secrets = join(own, "a file");
    await writeFile(secrets, "SECRET_KEY='of the file, $HOME'\n");
    const given = join(own, "given");
    const keeps = `for file in "$@"; do case "$file" in /*) cat "$file" > "${given}"; ls -l "$file" >> "${given}";; esac; done`;
    await writeFile(
      join(own, "npx"),
      `#!/bin/sh\necho "$@" >> "${calls}"\n${keeps}\ncase "$*" in *${failAt}*) exit 1;; esac\n`,
    );
    await chmod(join(own, "npx"), 0o755);
    const workers = shapeWorkers(inGroups, environment, own);
    const built = workers.map((worker) => ({
      ...worker,
      folder: join(own, worker.part),
      modules: [],
      kilobytes: 1,
      endpoints: 1,
    }));
    await deployScript(built, own);
    const env = {
      PATH: [own, dirname(process.execPath), process.env.PATH].join(delimiter),
      ...variables,
      ...(hasSecrets && { SECRETS: secrets, SECRET_KEY: "exported" }),
    };
    const ended = await run("sh", [join(own, "deploy.sh"), "--dry-run"], { env }).then(
      () => true,
      () => false,
    );
    const lines = (await readFile(calls, "utf8")).trim().split("\n");
    const taken = await readFile(given, "utf8").catch(() => "");
    return { ended, lines, taken, parts: lines.map((line) => /\/([\w-]+)\/wrangler\.json/.exec(line)?.[1]) };
  }
  const all = ["base", ...inGroups.others.map(({ name }) => name), "router"];

  it("deploys each Worker once, the base first and the router last, and passes arguments on", async () => {
    const { ended, lines, parts } = await deploys({});
    expect(ended).toBe(true);
    expect(parts).toStrictEqual(all);
    for (const line of lines) expect(line).toMatch(/^wrangler deploy --config \S+ --dry-run$/);
  });

  it("gives secrets to all but the router", async () => {
    const { lines, taken } = await deploys({ hasSecrets: true });
    const without = lines.filter((line) => !line.includes("--secrets-file /"));
    // Lines as they are written: wrangler would replace their values by the environment's.
    expect(taken).toMatch(/^\{"SECRET_KEY":"of the file, \$HOME"\}\n-rw-{7} /);
    const [, made = ""] = /--secrets-file (\S+)/.exec(lines[0] ?? "") ?? [];
    expect(existsSync(made)).toBe(false);
    expect(without).toStrictEqual([expect.stringContaining("/router/")]);
  });

  it("deploys the base last where it still answers for all", async () => {
    const { parts } = await deploys({ variables: { BASE: "last" } });
    expect(parts).toStrictEqual([...all.slice(1), "base"]);
  });

  it("ends at the first that fails, so that the router leads to nothing that is not there", async () => {
    const { ended, parts } = await deploys({ failAt: `/${one}/` });
    expect([ended, parts.at(-1)]).toStrictEqual([false, one]);
    expect((await deploys({ failAt: "/base/" })).parts).toStrictEqual(["base"]);
  });
});
