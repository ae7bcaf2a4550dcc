import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Progress } from "../../../dev/interruption.ts";
import type { BuiltWorker } from "../../../dev/shapes/build.ts";
import { partsOf, shapes } from "../../../dev/shapes/parts.ts";
import { probesOf } from "../../../dev/shapes/shipping.ts";
import type { MeasuredStart } from "../../../dev/ship/measure.ts";
import { sizeLines } from "../../../dev/ship/shape-plan.ts";
import type { ShipOptions } from "../../../dev/ship/ship.ts";
import { wranglerIn } from "../../../dev/ship/wrangler.ts";
import { endpoints } from "../../../src/routes/index.ts";
import { shipping } from "./shipping.ts";

const base = "tiny-production";
const names = { base, things: `${base}-things`, people: `${base}-people`, router: `${base}-router` };
const all = Object.values(names);

describe("promise 28: npm run ship -- --shape, step by step", () => {
  const { run, isMigrated, at } = shipping();
  /** The migrations of Durable Objects that the base declares. */
  let objects: object[] = [];
  let routes: object[] = [];

  async function build(): Promise<BuiltWorker[]> {
    return Promise.all(
      Object.entries(names).map(async ([part, name]) => {
        const folder = join(at.project.folder, ".wrangler", "shape", part);
        const config = {
          ...{ name, main: "index.js", compatibility_date: "2026-11-01", no_bundle: true, workers_dev: false },
          ...(part === "base" && { migrations: objects, triggers: { crons: ["0 * * * *"] } }),
          ...(part === "router" && { services: [{ binding: "BASE", service: base }] }),
          ...(part === "router" && { routes }),
        };
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, "wrangler.json"), JSON.stringify(config));
        const counter =
          'import { DurableObject } from "cloudflare:workers";\nexport class Counter extends DurableObject {}\n';
        await writeFile(
          join(folder, "index.js"),
          `${counter}export default { fetch: () => new Response("${part}") };\n`,
        );
        return { part, name, config, folder, modules: [], kilobytes: 10, endpoints: 1 };
      }),
    );
  }

  const probes = [{ method: "GET", path: "/api/v1/things" }];
  const measure: NonNullable<ShipOptions["shape"]>["measure"] = async (built) =>
    built.map(({ name, kilobytes, endpoints: count }) => ({ name, kilobytes, endpoints: count, start: 20 }));
  const ship = (options: Partial<ShipOptions> = {}, secretsFile?: string) =>
    run({ shape: { build, measure, probes, secretsFile }, ...options });

  /** Every Worker runs a version and has its secrets; answers the versions by their names. */
  function deployed(): Record<string, string> {
    return Object.fromEntries(
      all.map((name) => {
        const worker = at.cloudflare.of(name);
        worker.secrets = ["SECRET_KEY"];
        return [name, worker.run("0123456789ab")];
      }),
    );
  }
  /** The Workers whose traffic has moved on, in the order of their names. */
  const moved = (old: Record<string, string>) => all.filter((name) => at.cloudflare.of(name).current !== old[name]);
  /** The Workers that were given traffic, in that order. */
  const promotions = () =>
    at.cloudflare.calls.flatMap(
      (call) => /^(?:POST|PUT) \/workers\/scripts\/([\w-]+)(?:\/deployments)?$/.exec(call)?.[1] ?? [],
    );

  it("uploads all, then gives them traffic, the base first and the router last, and says how to take it back", async () => {
    const old = deployed();
    const told = await ship();
    expect(await isMigrated()).toBe(true);
    expect(promotions()).toStrictEqual(all);
    expect(moved(old)).toStrictEqual(all);
    const { calls } = at.cloudflare;
    const lastUpload = calls.findLastIndex((call) => /^POST .*\/versions$/.test(call));
    expect(lastUpload).toBeLessThan(calls.findIndex((call) => /^POST .*\/deployments$/.test(call)));
    for (const name of all)
      expect(told).toContain(`Worker    ${name}, now version ${old[name]} at 100 %`.replace("version ", ""));
    const back = all.toReversed().map((name) => `npx wrangler rollback ${old[name]} --name ${name} --yes`);
    expect(told).toContain(["To take it back, in this order (the database stays as it is now):", ...back].join("\n"));
    expect(told).not.toMatch(/Error|token/);
  });

  it("writes nothing by --dry-run, and names what no Worker may lack", async () => {
    deployed();
    at.cloudflare.of(names.things).secrets = [];
    const told = await ship({ isDryRun: true });
    expect(told).toContain(`not all of SECRET_KEY in ${names.things}: pass them by --secrets-file FILE`);
    expect(told).toContain("Nothing was changed. No-go: secrets.");
    expect(at.cloudflare.writes()).toStrictEqual([]);
    expect(await isMigrated()).toBe(false);
  });

  it("names the parts that are none any more with the command that deletes each, and nobody else's Workers", async () => {
    deployed();
    const [gone, theirs] = [`${base}-orders`, `${base}-blog`];
    at.cloudflare.of(gone).run("0123456789ab", "Shipped by npm run ship -- --shape: tiny-production");
    at.cloudflare.of(theirs).run("0123456789ab", "Ours");
    const elsewhere = "Shipped by npm run ship -- --shape: tiny-production-eu";
    at.cloudflare.of(`${base}-eu-orders`).run("0123456789ab", elsewhere);
    at.cloudflare.of("another-orders").run("0123456789ab", "Shipped by npm run ship -- --shape: tiny-production");
    const told = await ship();
    expect(told).toContain(`Worker    ${gone}, left over: it is no part any more, and stays until you delete it\n`);
    expect(told.slice(told.indexOf("All 4 Workers"))).toContain(`\nnpx wrangler delete ${gone}`);
    expect(told.match(/wrangler delete/g)).toHaveLength(1);
    expect(told).not.toContain(theirs);
    expect(at.cloudflare.writes().some((call) => call.includes(gone) || call.startsWith("DELETE"))).toBe(false);
  });

  it("names all parts of a shape when one Worker serves everything again", async () => {
    deployed();
    const parts = all.slice(1);
    for (const name of parts)
      at.cloudflare.of(name).run("0123456789ab", "Shipped by npm run ship -- --shape: tiny-production");
    const told = await run();
    expect(told).toContain("has 100 % of the traffic");
    const commands = told.split("\n").slice(-parts.length);
    const ordered = [names.router, names.things, names.people].map((name) => `npx wrangler delete ${name}`);
    expect(commands).toStrictEqual(ordered);
    const wrangler = wranglerIn(at.project.folder, at.cloudflare.variables);
    for (const command of commands) {
      const ran = await wrangler(...command.split(" ").slice(2));
      expect(ran.code, ran.said).toBe(0);
    }
    expect(all.filter((name) => at.cloudflare.of(name).script)).toStrictEqual([base]);
  });

  it("refuses steps, divided traffic, and a file of secrets that nobody can read", async () => {
    expect(await ship({ steps: [10] })).toContain("--steps is for one Worker");
    expect(await ship({}, "/nowhere/at-all.env")).toContain("/nowhere/at-all.env cannot be read");
    const broken = join(at.project.folder, ".wrangler", "broken.json");
    await mkdir(join(at.project.folder, ".wrangler"), { recursive: true });
    await writeFile(broken, '{ "SECRET_KEY": "a secret", ');
    const told = await ship({}, broken);
    expect(told).toContain("is neither JSON of texts nor lines of NAME=value");
    expect(told).not.toContain("a secret");
    const people = at.cloudflare.of(names.people);
    const [one, other] = [people.run("0123456789ab"), people.run("ba9876543210")];
    people.deployments.unshift([
      { version_id: one, percentage: 90 },
      { version_id: other, percentage: 10 },
    ]);
    expect(await ship()).toContain(`The traffic of ${names.people} is divided`);
    expect(at.cloudflare.writes()).toStrictEqual([]);
  });

  it("changes no traffic where an upload fails, whichever it is", async () => {
    const old = deployed();
    for (const name of [names.people, names.router]) {
      at.cloudflare.refused = [`POST /workers/scripts/${name}/versions`];
      const told = await ship();
      expect(told).toContain(`The upload of ${name} failed:`);
      expect(told).toContain("Each Worker that was there runs its older version, on the migrated database.");
      expect(moved(old)).toStrictEqual([]);
    }
  });

  it("takes back those that have traffic where a later one cannot get it, and names each that it cannot", async () => {
    const old = deployed();
    at.cloudflare.refused = [`POST /workers/scripts/${names.people}/deployments`];
    const told = await ship();
    expect(told).toContain(`The promotion of ${names.people} failed:`);
    expect(told).toContain(`Taken back: ${names.things}, ${base}.`);
    expect(moved(old)).toStrictEqual([]);

    at.cloudflare.onCall = (call) => {
      // No other call about its traffic succeeds after it has its new version.
      if (call === `GET /workers/scripts/${names.people}/deployments` && moved(old).length === 2)
        at.cloudflare.refused = ["POST /workers/scripts"];
    };
    at.cloudflare.refused = [];
    const stuck = await ship();
    expect(stuck).toContain(`Not taken back, and perhaps of the new version: ${names.things}, ${base}. Next:`);
    for (const name of [base, names.things])
      expect(stuck).toContain(`npx wrangler rollback ${old[name]} --name ${name} --yes`);
    expect(stuck).toContain("All others run their older version");
    expect(moved(old)).toStrictEqual([base, names.things]);
  });

  it.each([
    ["the base is not ready", () => 503, () => 200, "/health/ready answered 503"],
    [
      "a part fails",
      () => 200,
      (call: string) => (call.includes("things") ? 500 : 200),
      "GET /api/v1/things answered 500",
    ],
  ])("takes all back where %s", async (_which, ready, answers, sentence) => {
    const old = deployed();
    Object.assign(at.cloudflare, { ready, answers });
    const told = await ship();
    expect(told).toContain(`The smoke test fails: ${sentence}.`);
    expect(told).toContain(`Taken back: ${all.toReversed().join(", ")}.`);
    expect(moved(old)).toStrictEqual([]);
  });

  it("stops where somebody else deploys meanwhile, and leaves theirs", async () => {
    const old = deployed();
    let theirs = "";
    at.cloudflare.onCall = (call) => {
      if (call === `POST /workers/scripts/${names.router}/versions`)
        theirs = at.cloudflare.of(names.people).run("ffffffffffff");
    };
    const told = await ship();
    expect(told).toContain(`Somebody else has deployed version ${theirs} of ${names.people} meanwhile.`);
    expect(at.cloudflare.of(names.people).current).toBe(theirs);
    expect(moved(old)).toStrictEqual([names.people]);
  });

  it("names routes and schedules that failed, once all have their version", async () => {
    const old = deployed();
    at.cloudflare.refused = [`PUT /workers/scripts/${base}/schedules`];
    const told = await ship();
    expect(told).toContain(`but routes and schedules of ${base} may be those of before:`);
    expect(told).toContain("Next: npx wrangler triggers deploy --config=");
    expect(told).toContain(`npx wrangler rollback ${old[base]} --name ${base} --yes`);
    expect(moved(old)).toStrictEqual(all);
    const { calls } = at.cloudflare;
    const schedules = calls.findIndex((call) => call.startsWith(`PUT /workers/scripts/${base}/schedules`));
    expect(schedules).toBeGreaterThan(calls.findLastIndex((call) => /^POST .*\/deployments$/.test(call)));
  });

  it("takes back what has changed where an answer cannot be read in the middle", async () => {
    const old = deployed();
    at.cloudflare.onCall = (call) => {
      if (call === `POST /workers/scripts/${names.people}/deployments`) at.cloudflare.isTorn = true;
    };
    const told = await ship();
    expect(told).toContain(`The promotion of ${names.people} failed:`);
    expect(told).toContain("ship again: nothing is migrated twice.");
    at.cloudflare.isTorn = false;
    for (const name of moved(old)) expect(told).toContain(`npx wrangler rollback ${old[name]} --name ${name} --yes`);
  });

  it.each([
    {
      call: `POST /workers/scripts/${names.people}/versions`,
      doing: `uploading a version of ${names.people}`,
      changed: [],
    },
    {
      call: `POST /workers/scripts/${names.people}/deployments`,
      doing: `giving version [\\w-]+ of ${names.people} all traffic`,
      changed: [base, names.things, names.people],
    },
    {
      call: `PUT /workers/scripts/${base}/schedules`,
      doing: `deploying routes and schedules of ${base}`,
      changed: all,
    },
  ])("names each Worker that has changed where a signal ends it at $call", async ({ call, doing, changed }) => {
    const old = deployed();
    const progress = new Progress();
    let told = "";
    let writes = 0;
    at.cloudflare.isHeld = (one) => {
      if (told !== "" || !one.startsWith(call)) return undefined;
      writes = at.cloudflare.writes().length;
      told = progress.end("SIGINT");
      return "after";
    };
    await ship({ progress, again: "npm run ship -- production --shape group" }, await secrets());
    expect(told).toMatch(new RegExp(`^Ended by SIGINT while ${doing}\\.\nDone: \\S+ is migrated\\. Uploaded version`));
    expect(told).toContain("\nFinish: npm run ship -- production --shape group\n");
    expect(moved(old).toSorted()).toStrictEqual(changed.toSorted());
    const back = changed.toReversed().map((name) => `npx wrangler rollback ${old[name]} --name ${name} --yes`);
    expect(told.match(/npx wrangler rollback .*/g) ?? []).toStrictEqual(back);
    expect(at.cloudflare.writes()).toHaveLength(writes);
    if (changed.length === 0)
      expect(told).toContain("Back: not needed, each Worker that was there runs its older version");
    if (changed.length === 3)
      expect(await progress.now()).toMatch(new RegExp(`^${names.people}: Now: version [\\w-]+ at 100 %`));
    at.cloudflare.isHeld = () => undefined;
    expect(await ship()).toContain("All 4 Workers have their new version.");
  });

  const secrets = async (text = "SECRET_KEY=a-very-secret-value\n") => {
    await mkdir(join(at.project.folder, ".wrangler"), { recursive: true });
    const file = join(at.project.folder, ".wrangler", "secrets.env");
    await writeFile(file, text);
    return file;
  };

  it("deploys a shape for the first time with its secrets, the base first and the router last", async () => {
    const told = await ship({}, await secrets());
    expect(promotions()).toStrictEqual(all);
    for (const name of all)
      expect(at.cloudflare.of(name).secrets, name).toStrictEqual(name === names.router ? [] : ["SECRET_KEY"]);
    expect(told).toContain("There is no version before it to go back to");
    expect(told).not.toContain("a-very-secret-value");
  });

  it.each([
    ["lines", "SECRET_KEY=of-the-file\nOTHER='a $HOME and a $PATH'\nUNSET=\n"],
    ["JSON", JSON.stringify({ SECRET_KEY: "of-the-file", OTHER: "a $HOME and a $PATH", UNSET: "" })],
  ])(
    "gives each Worker the secrets of a file of %s as they are written, whatever the environment has",
    async (_kind, text) => {
      const variables = { ...at.cloudflare.variables, DATABASE_URL: at.url, SECRET_KEY: "exported", OTHER: "exported" };
      const before = await readdir(tmpdir());
      const told = await ship({ variables }, await secrets(text));
      for (const name of all.slice(0, -1))
        expect(Object.fromEntries(at.cloudflare.of(name).secretValues), told).toStrictEqual({
          SECRET_KEY: "of-the-file",
          OTHER: "a $HOME and a $PATH",
        });
      const left = (await readdir(tmpdir())).filter((name) => !before.includes(name) && name.includes("secrets"));
      expect(left).toStrictEqual([]);
    },
  );

  it("has one Worker answer until the router has its address, and says so where the router fails", async () => {
    routes = [{ pattern: "api.example.com", custom_domain: true }];
    const toml = join(at.project.folder, "wrangler.toml");
    const text = await readFile(toml, "utf8");
    const old = at.cloudflare.run("0123456789ab");
    const file = await secrets();
    expect(await ship({}, file)).toContain("workers.dev gives the router another one");
    await writeFile(
      toml,
      text.replace(
        'name = "tiny-production"',
        'name = "tiny-production"\nroutes = [{ pattern = "api.example.com", custom_domain = true }]',
      ),
    );
    await at.project.commit();
    at.cloudflare.refused = [`PUT /workers/scripts/${names.router}`];
    const failed = await ship({}, file);
    expect(failed).toContain(`The deploy of ${names.router} failed:`);
    expect(failed).toContain(`New, and not called by those that were there: ${names.people}, ${names.things}.`);
    expect(at.cloudflare.of(base).current).toBe(old);

    at.cloudflare.refused = [];
    at.cloudflare.calls.splice(0);
    const told = await ship();
    expect(promotions(), told).toStrictEqual([names.things, names.people, names.router, base]);
    expect(told).toContain("have one Worker serve everything again: npm run ship -- production");

    // One Worker again, and then several: the router is there, and has lost its address.
    at.cloudflare.calls.splice(0);
    expect(await run()).toContain("has 100 % of the traffic");
    at.cloudflare.calls.splice(0);
    at.cloudflare.refused = [
      `PUT /workers/scripts/${names.router}/domains`,
      `POST /workers/scripts/${names.router}/domains`,
    ];
    const unaddressed = await ship();
    expect(unaddressed).toContain(`The deploy of the routes and schedules of ${names.router} failed:`);
    expect(unaddressed).toContain("The address may lead to the router already.");
    expect(promotions()).not.toContain(base);
    routes = [];
  });

  it("deploys a change of Durable Objects at once, and says that it stays where a later step fails", async () => {
    const old = deployed();
    objects = [{ tag: "v1", new_sqlite_classes: ["Counter"] }];
    at.cloudflare.ready = () => 503;
    const told = await ship();
    expect(told).toContain(`${base} is deployed at once: its Durable Objects change.`);
    expect(told).toContain(`Of the new version, since no change of Durable Objects is taken back: ${base}.`);
    expect(moved(old)).toStrictEqual([base]);
    objects = [];
  });
});

describe.each(shapes)("the calls that try the shape %s", (shape) => {
  const probes = probesOf(endpoints, shape);

  it("reach each part that has an endpoint without effect, by no call that could have one", () => {
    const { others } = partsOf(endpoints, shape);
    const silent = others.filter(({ endpoints: own }) =>
      own.every(({ contract: { method, access } }) => method !== "get" && access === "public"),
    );
    expect(probes).toHaveLength(others.length - silent.length);
    const isPublic = ({ method, path }: (typeof probes)[number]) =>
      endpoints.some(
        ({ contract, route }) =>
          contract.access === "public" && contract.method === method.toLowerCase() && path === route.path,
      );
    // A part of public endpoints alone has nothing else to call.
    const open = others.filter(({ endpoints: own }) => own.every(({ contract }) => contract.access === "public"));
    expect(probes.filter(isPublic).length).toBeLessThanOrEqual(open.length - silent.length);
    for (const { path } of probes) expect(path).toMatch(/^\/[\w/.-]+$/);
  });
});

describe("the sizes of a shape", () => {
  const row = (name: string, kilobytes: number, start: MeasuredStart) => ({
    name,
    kilobytes,
    start,
    endpoints: 1,
  });

  it("are told by the largest, and by each that is over its budget", () => {
    expect(
      sizeLines([row("a", 100, 50), row("b", 200, undefined)]).map(({ verdict, says }) => `${verdict}: ${says}`),
    ).toStrictEqual([
      expect.stringMatching(/^go: 2 Workers, the most b: 200 kB gzipped/),
      expect.stringMatching(/^go: 1 Worker, the most a: 50 ms/),
    ]);
    const over = sizeLines([row("a", 900, 5_000), row("b", 800, 10)]);
    expect(over.map(({ name, verdict, says }) => `${verdict} ${name} ${says[0]}`)).toStrictEqual([
      "no-go bundle a",
      "no-go bundle b",
      "no-go start-up a",
    ]);
    const fault = "a module throws";
    expect(sizeLines([row("a", 100, 50), row("b", 100, { fault })]).at(-1)).toMatchObject({
      verdict: "no-go",
      says: "b: a module throws",
    });
    expect(sizeLines([row("a", 100, undefined)]).at(-1)?.verdict).toBe("unknown");
  });
});
