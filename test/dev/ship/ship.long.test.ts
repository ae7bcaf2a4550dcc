import { writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { measure } from "../../../dev/ship/measure.ts";
import { shipping } from "./shipping.ts";

describe("promise 28: npm run ship, step by step", () => {
  const { run, isMigrated, at } = shipping();
  const traffic = (old: string) => at.cloudflare.traffic({ old });

  it("migrates, uploads, tests, promotes in steps, and says how to take it back", async () => {
    const old = at.cloudflare.run("0123456789ab");
    const told = await run({ steps: [10], measure });
    expect(told).toContain("rollout   10 %, then 100 %, with 0 s after each step");
    expect(told).toMatch(/go {7}bundle +\d+ kB gzipped/);
    expect(told).toMatch(/go {7}start-up +\d+ ms/);
    expect(await isMigrated()).toBe(true);
    expect(at.cloudflare.deployments.map((shares) => shares.map(({ percentage }) => percentage))).toStrictEqual([
      [100],
      [90, 10],
      [100, 0],
      [100],
    ]);
    expect(traffic(old)).toStrictEqual(["new@100"]);
    expect([...at.cloudflare.versions.values()]).toContain(at.project.head);
    expect(told).toContain(`To take it back: npx wrangler rollback ${old} --env production --yes`);
    expect(told).not.toMatch(/Error|token/);
  });

  it("leaves the older version alone where the upload fails", async () => {
    const old = at.cloudflare.run("0123456789ab");
    at.cloudflare.refused = ["POST /workers/scripts/tiny-production/versions"];
    const told = await run();
    expect(told).toContain("The upload failed:");
    expect(told).toContain("refused by the test");
    expect(told).toContain(`Now: version ${old} at 100 %. The older version goes on, on the migrated database.`);
    expect(traffic(old)).toStrictEqual(["old@100"]);
  });

  it("uploads nothing where the folder has changed since the migrations, and gives no traffic to what may be another upload", async () => {
    const old = at.cloudflare.run("0123456789ab");
    const file = join(at.project.folder, "index.js");
    const text = await readFile(file, "utf8");
    const log = (line: string) => {
      if (line.endsWith("is migrated.")) writeFileSync(file, `${text}\n`);
    };
    const early = await run({ log });
    expect(early).toMatch(
      /The project's folder is no longer that of [0-9a-f]{12}\. Commit first.*\n M index\.js\nThe older version goes on, on the migrated database\./,
    );
    expect(at.cloudflare.writes()).toStrictEqual([]);

    writeFileSync(file, text);
    at.cloudflare.onCall = (call) => {
      if (/^POST .*versions$/.test(call)) writeFileSync(file, `${text}\n`);
    };
    expect(await run()).toMatch(
      /M index\.js\nVersion [\w-]+ may hold something else, and has no traffic\. The older version goes on/,
    );
    expect(traffic(old)).toStrictEqual(["old@100"]);
  });

  it.each([
    { what: "half a JSON", status: 200, text: '{"success":true,"err', told: "answered 200 to" },
    {
      what: "an unknown body",
      status: 200,
      text: '{"success":true,"result":{"items":1}}',
      told: "a body of an unknown form",
    },
    { what: "a page of a proxy", status: 502, text: "<html>", told: "answered 502 to" },
    {
      what: "429",
      status: 429,
      text: '{"success":false,"errors":[{"code":971,"message":"wait"}],"result":null}',
      told: "refused .*wait",
    },
  ])(
    "names the state that it leaves where Cloudflare answers $what about the traffic, after the upload",
    async ({ status, text, told }) => {
      const old = at.cloudflare.run("0123456789ab");
      let isUploaded = false;
      at.cloudflare.odd = (call) => {
        isUploaded ||= /^POST .*versions$/.test(call);
        return isUploaded && /^GET .*deployments$/.test(call) ? [status, text, { "Retry-After": "3600" }] : undefined;
      };
      const said = await run();
      expect(said).toMatch(
        new RegExp(
          `\nCloudflare .*${told}.*\nDone: \\S+ is migrated\\. Uploaded version [\\w-]+\\.\nPerhaps: version .*\nFinish: npm run ship -- production\nBack: npx wrangler versions deploy ${old}@100% --env production$`,
        ),
      );
      expect(said).not.toMatch(/Zod|\n {4}at /);
      at.cloudflare.odd = () => undefined;
      expect(traffic(old)).toStrictEqual(["old@100"]);
      expect(await run()).toContain("has 100 % of the traffic");
    },
  );

  it("leaves what somebody else has deployed while its own version failed", async () => {
    const old = at.cloudflare.run("0123456789ab");
    let theirs = "";
    at.cloudflare.ready = (version) => {
      if (version === old) return 200;
      theirs ||= at.cloudflare.run("ffffffffffff");
      return 503;
    };
    const told = await run();
    expect(told).toMatch(
      /Version [\w-]+ fails: \/version is answered by the version [\w-]+\. Somebody else has deployed version [\w-]+ mean/,
    );
    expect(at.cloudflare.traffic({ theirs })).toStrictEqual(["theirs@100"]);
  });

  it("gives no traffic to a version that fails its smoke test", async () => {
    const old = at.cloudflare.run("0123456789ab");
    at.cloudflare.ready = (version) => (version === old ? 200 : 503);
    const told = await run();
    expect(told).toMatch(/The smoke test of version [\w-]+ fails: \/health\/ready answered 503\. It has no traffic\./);
    expect(traffic(old)).toStrictEqual(["old@100"]);
  });

  it("takes the traffic back where a step fails, and says so where it cannot", async () => {
    const old = at.cloudflare.run("0123456789ab");
    let shares = 0;
    at.cloudflare.onCall = (call) => {
      if (/^POST .*deployments$/.test(call)) shares += 1;
    };
    at.cloudflare.ready = (version) => (version !== old && shares === 2 ? 500 : 200);
    const told = await run({ steps: [10] });
    expect(told).toMatch(/At 10 % version [\w-]+ fails: \/health\/ready answered 500\. It has no traffic any more\./);
    expect(traffic(old)).toStrictEqual(["old@100"]);

    shares = 0;
    at.cloudflare.onCall = (call) => {
      if (/^POST .*deployments$/.test(call)) shares += 1;
      if (shares === 3) at.cloudflare.refused = ["POST /workers/scripts/tiny-production/deployments"];
    };
    const stuck = await run({ steps: [10] });
    expect(stuck).toMatch(/fails: \/health\/ready answered 500\. It could not be taken back:/);
    expect(stuck).toMatch(new RegExp(`Now: version ${old} at 90 %, version [\\w-]+ at 10 %\\.`));
    expect(stuck).toContain(`Back: npx wrangler versions deploy ${old}@100% --env production`);
    expect(traffic(old)).toStrictEqual(["old@90", "new@10"]);
  });

  it("takes the traffic back although Cloudflare does not tell once where it is", async () => {
    const old = at.cloudflare.run("0123456789ab");
    let shares = 0;
    let isFailing = false;
    at.cloudflare.onCall = (call) => {
      if (/^POST .*deployments$/.test(call)) shares += 1;
    };
    at.cloudflare.ready = (version) => {
      if (version === old || shares !== 2) return 200;
      isFailing = true;
      return 500;
    };
    at.cloudflare.odd = (call) => {
      if (!isFailing || !/^GET .*deployments$/.test(call)) return undefined;
      isFailing = false;
      return [502, "<html>"];
    };
    const told = await run({ steps: [10] });
    expect(told).toMatch(/At 10 % version [\w-]+ fails: \/health\/ready answered 500\. It has no traffic any more\./);
    expect(traffic(old)).toStrictEqual(["old@100"]);
  });

  it("names both ways on where the promotion fails", async () => {
    const old = at.cloudflare.run("0123456789ab");
    let shares = 0;
    at.cloudflare.onCall = (call) => {
      if (/^POST .*deployments$/.test(call)) shares += 1;
      if (shares === 2) at.cloudflare.refused = ["POST /workers/scripts/tiny-production/deployments"];
    };
    const told = await run();
    expect(told).toMatch(/Version [\w-]+ could not be given 100 % of the traffic:/);
    expect(told).toMatch(/On: npx wrangler versions deploy [\w-]+@100% --env production/);
    expect(told).toContain(`Back: npx wrangler versions deploy ${old}@100% --env production`);
    expect(traffic(old)).toStrictEqual(["old@100", "new@0"]);
  });

  it("says so where Cloudflare reports another version than the one that it has given the traffic", async () => {
    at.cloudflare.run("0123456789ab");
    let shares = 0;
    at.cloudflare.onCall = (call) => {
      if (/^POST .*deployments$/.test(call)) shares += 1;
      else if (shares === 2 && /^GET .*deployments$/.test(call)) at.cloudflare.run("ffffffffffff");
    };
    expect(await run()).toMatch(/Cloudflare now reports version [\w-]+: someone else is deploying\./);
  });

  it("stops where somebody else deploys meanwhile, and where routes and schedules fail", async () => {
    const old = at.cloudflare.run("0123456789ab");
    at.cloudflare.onCall = (call) => {
      if (/^POST .*versions$/.test(call)) at.cloudflare.run("ffffffffffff");
    };
    expect(await run()).toMatch(/Somebody else has deployed version [\w-]+ meanwhile, and it stays\./);
    expect(traffic(old)).toStrictEqual(["new@100"]);

    at.cloudflare.onCall = () => {};
    const file = join(at.project.folder, "wrangler.toml");
    await writeFile(file, `triggers = { crons = ["0 * * * *"] }\n${await readFile(file, "utf8")}`);
    await at.project.commit();
    at.cloudflare.refused = ["PUT /workers/scripts/tiny-production/schedules"];
    const told = await run();
    expect(told).toContain("has all traffic, but its routes and schedules are those of before:");
    expect(told).toContain("Next: npx wrangler triggers deploy --env production");
  });

  it("deploys at once what cannot stand beside another version: the first, and a change of Durable Objects", async () => {
    // The first secret has made the Worker, empty.
    at.cloudflare.worker = { migrationTag: undefined };
    expect(await run({ isDryRun: true })).toContain("rollout   all traffic at once: this is the first deploy");
    const first = await run();
    expect(first).toContain("Deploying at once, because this is the first deploy: a gradual rollout is impossible.");
    expect(first).toContain("There is no version before it to go back to");
    const file = join(at.project.folder, "wrangler.toml");
    const objects = `[[migrations]]\ntag = "v1"\nnew_sqlite_classes = ["Counter"]\n`;
    await writeFile(file, `${await readFile(file, "utf8")}\n${objects}`);
    await at.project.commit();
    expect(await run({ isDryRun: true })).toContain(
      "rollout   all traffic at once: this is a change of Durable Objects",
    );
    const before = at.cloudflare.writes();
    const asked: string[] = [];
    const gradual = await run({ steps: [10, 50], confirm: async (question) => asked.push(question) > 0 });
    expect(gradual).toBe(
      "Cloudflare gives a change of Durable Objects all traffic at once, so --steps does not apply: leave it out. Nothing was changed.",
    );
    expect([asked, at.cloudflare.writes()]).toStrictEqual([[], before]);
    at.cloudflare.refused = ["PUT /workers/scripts/tiny-production"];
    const refused = await run();
    expect(refused).toContain("this is a change of Durable Objects");
    expect(refused).toMatch(/The deploy failed:[\s\S]*Now: version [\w-]+ at 100 %\./);
    at.cloudflare.refused = [];
    at.cloudflare.ready = () => 503;
    expect(await run()).toMatch(/has all traffic, and its smoke test fails: .*503\. Cloudflare takes no version back/);
    expect(at.cloudflare.worker?.migrationTag).toBe("v1");
  });
});
