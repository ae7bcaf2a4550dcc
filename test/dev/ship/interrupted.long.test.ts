import { describe, expect, inject, it } from "vitest";
import { postgres } from "../../../dev/local/postgres.ts";
import { wranglerIn } from "../../../dev/ship/wrangler.ts";
import { shipping } from "./shipping.ts";
import { started } from "./signals.ts";

const scripts = "/workers/scripts/tiny-production";

describe("promise 28: npm run ship, ended by a signal at each of its steps", () => {
  const { run, query, isMigrated, at } = shipping();
  const traffic = (old: string) => at.cloudflare.traffic({ old });

  const start = (more: { steps?: number[]; isAsked?: boolean } = {}) =>
    started("ship", {
      project: at.project.folder,
      variables: { ...at.cloudflare.variables, DATABASE_URL: at.url },
      admin: inject("postgres"),
      url: at.cloudflare.url,
      ...more,
    });

  /** Ships, and ends that at the nth call of this beginning, which has had its effect or not. */
  async function cut(
    signal: "SIGINT" | "SIGTERM",
    beginning: string,
    { nth = 1, effect = "after" as "before" | "after", steps = [] as number[] } = {},
  ): Promise<string> {
    let met = 0;
    const { promise: held, resolve } = Promise.withResolvers<void>();
    at.cloudflare.isHeld = (call) => {
      if (!call.startsWith(beginning)) return undefined;
      met += 1;
      if (met !== nth) return undefined;
      resolve();
      return effect;
    };
    const command = start({ steps });
    await Promise.race([held, command.ended.then(({ said }) => Promise.reject(new Error(`It ended before: ${said}`)))]);
    const { code, said } = await command.end(signal);
    at.cloudflare.isHeld = () => undefined;
    expect(code, said).toBe(signal === "SIGINT" ? 130 : 143);
    return said.slice(said.indexOf("Ended by"));
  }

  /** Runs the line that begins so. */
  async function follow(said: string, beginning: string): Promise<void> {
    const [, line = ""] = new RegExp(`^${beginning} npx wrangler (.*)$`, "m").exec(said) ?? [];
    const [command = ""] = line.split(" (");
    const ran = await wranglerIn(at.project.folder, at.cloudflare.variables)(...command.split(" "));
    expect(ran.code, `${said}\n${ran.said}`).toBe(0);
  }

  it("says that nothing was changed, while it plans and while it asks", async () => {
    at.cloudflare.run("0123456789ab");
    expect(await cut("SIGINT", "GET /accounts/acc", { effect: "before" })).toBe(
      "Ended by SIGINT while planning.\nNothing was changed.\n",
    );
    const command = start({ isAsked: true });
    await command.says("to production?");
    const { code, said } = await command.end("SIGTERM");
    expect(code).toBe(143);
    expect(said).toMatch(/Ended by SIGTERM while asking\.\nNothing was changed\.\n$/);
    expect(at.cloudflare.writes()).toStrictEqual([]);
    expect(await isMigrated()).toBe(false);
  });

  it("cancels the migration that runs, tells which are applied, and goes on with the rest", async () => {
    at.cloudflare.run("0123456789ab");
    await at.project.migration("others", "create table others (id int primary key)");
    await at.project.commit();
    const blocker = postgres(at.url);
    const session = await blocker.session("test");
    await session.run("begin");
    await session.run("create table others (id int)");
    const command = start();
    await command.says("others.sql (1 statement) …");
    const { code, said } = await command.end("SIGINT");
    expect(code).toBe(130);
    expect(said).toMatch(
      /Ended by SIGINT while migrating \S+\.\nDone: nothing\.\nPerhaps: some of the pending migrations are applied, each as a whole\. The Worker was not touched\.\nFinish: npm run ship -- production \(nothing is migrated twice\)\nBack: not needed, the older version goes on with what is applied\nNow: applied drizzle\/0000_things\.sql; not applied drizzle\/0001_others\.sql\.\n$/,
    );
    const left = await query(
      "select query from pg_stat_activity where datname = current_database() and application_name = 'plinth db:migrate'",
    );
    expect(left).toStrictEqual([]);
    await session.run("rollback");
    await session.close();
    await blocker.close();
    expect(await query("select to_regclass('things'), to_regclass('others')")).toStrictEqual([["things", null]]);
    expect(await run()).toContain("has 100 % of the traffic");
    expect(await query("select to_regclass('others')")).toStrictEqual([["others"]]);
  });

  it.each([
    { effect: "before", versions: 1 },
    { effect: "after", versions: 2 },
  ] as const)("tells of a version that is uploaded perhaps, $effect it is", async ({ effect, versions }) => {
    const old = at.cloudflare.run("0123456789ab");
    const told = await cut("SIGTERM", `POST ${scripts}/versions`, { effect });
    expect(told).toMatch(
      /^Ended by SIGTERM while uploading a version of tiny-production\.\nDone: \S+ is migrated\.\nPerhaps: a version is uploaded, which has no traffic: npx wrangler versions list --env production\nFinish: npm run ship -- production\nBack: not needed, the older version has all traffic\n/,
    );
    expect(told).toMatch(new RegExp(`\nNow: version ${old} at 100 %\\.\n$`));
    expect([at.cloudflare.versions.size, traffic(old)]).toStrictEqual([versions, ["old@100"]]);
    await follow(told.replace("Perhaps: a version is uploaded, which has no traffic:", "List:"), "List:");
    expect(await run()).toContain("has 100 % of the traffic");
  });

  it.each([
    { what: "making it a part of the deployment", call: `POST ${scripts}/deployments`, nth: 1, now: "0" },
    { what: "its test", call: "GET /version", nth: 1, now: "0" },
  ])("names the way back from $what", async ({ call, nth, now }) => {
    const old = at.cloudflare.run("0123456789ab");
    const told = await cut("SIGINT", call, { nth });
    expect(told).toMatch(
      /while (making version [\w-]+ a part of the deployment|testing version [\w-]+)\.\nDone: \S+ is migrated\. Uploaded version [\w-]+\./,
    );
    expect(told).toContain("\nFinish: npm run ship -- production\n");
    expect(told).toMatch(new RegExp(`\nNow: version ${old} at 100 %, version [\\w-]+ at ${now} %\\.\n$`));
    await follow(told, "Back:");
    expect(traffic(old)).toStrictEqual(["old@100"]);
    expect(await run()).toContain("has 100 % of the traffic");
  });

  it.each([
    { effect: "before", now: /version [\w-]+ at 100 %, version [\w-]+ at 0 %/ },
    { effect: "after", now: /version [\w-]+ at 90 %, version [\w-]+ at 10 %/ },
  ] as const)("names both ways on from a share of the traffic, $effect it is given", async ({ effect, now }) => {
    const old = at.cloudflare.run("0123456789ab");
    const told = await cut("SIGINT", `POST ${scripts}/deployments`, { nth: 2, effect, steps: [10] });
    expect(told).toMatch(
      /while giving version ([\w-]+) 10 % of the traffic\.[\s\S]*\nPerhaps: version \1 has 10 % of the traffic\.\n/,
    );
    expect(told.split("\n").at(-2)).toMatch(now);
    await follow(told, "Back:");
    expect(traffic(old)).toStrictEqual(["old@100"]);
    await follow(told, "Finish:");
    await follow(told, "and then:");
    expect(traffic(old)).toStrictEqual(["new@100"]);
  });

  it("names them in the pause between two steps, too", async () => {
    const old = at.cloudflare.run("0123456789ab");
    const command = start({ steps: [10] });
    await command.says("has 10 % of the traffic.");
    const { code, said } = await command.end("SIGTERM");
    expect(code).toBe(143);
    expect(said).toMatch(
      /while version ([\w-]+) has 10 % of the traffic for 600 s\.\nDone: .*Version \1 has 10 % of the traffic\.\nFinish/,
    );
    await follow(said, "Back:");
    expect(traffic(old)).toStrictEqual(["old@100"]);
  });

  it("names what is missing once the version has all traffic", async () => {
    const old = at.cloudflare.run("0123456789ab");
    const whole = await cut("SIGTERM", `POST ${scripts}/deployments`, { nth: 2 });
    expect(whole).toMatch(/while giving version ([\w-]+) 100 % of the traffic\.[\s\S]*\nNow: version \1 at 100 %\.\n$/);
    await follow(whole, "Finish:");
    await follow(whole, "and then:");
    await follow(whole, "Back:");
    expect(traffic(old)).toStrictEqual(["old@100"]);

    const unscheduled = await cut("SIGINT", `POST ${scripts}/subdomain`);
    expect(unscheduled).toMatch(
      /while deploying routes and schedules\.\nDone: .* has 100 % of the traffic\.\nPerhaps: some of the routes/,
    );
    await follow(unscheduled, "Finish:");
    await follow(unscheduled, "To take it back:");
    expect(traffic(old)).toStrictEqual(["old@100"]);
  });

  it("names the first deploy, which cannot be taken back", async () => {
    // The first secret has made the Worker, empty.
    at.cloudflare.worker = { migrationTag: undefined };
    const told = await cut("SIGINT", `POST ${scripts}/deployments`);
    expect(told).toMatch(
      /^Ended by SIGINT while deploying tiny-production at once\.\nDone: \S+ is migrated\.\nPerhaps: the new version has all traffic, with or without its routes and schedules\.\nFinish: npm run ship -- production\nBack: There is no version before it/,
    );
    expect(told).toMatch(/\nNow: version [\w-]+ at 100 %\.\n$/);
    expect(await run()).toContain("has 100 % of the traffic");
  });
});
