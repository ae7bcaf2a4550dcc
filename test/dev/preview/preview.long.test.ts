import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { postgres } from "../../../dev/local/postgres.ts";
import { previewDown, previewSweep, previewUp, slugOf } from "../../../dev/preview/preview.ts";
import { StandIn } from "../ship/cloudflare.ts";
import { tinyProject } from "../ship/project.ts";
import { started } from "../ship/signals.ts";
import { NeonStandIn } from "./neon.ts";

let cloudflare: StandIn;
let neon: NeonStandIn;
let project: string;
let said: string[];

const block = `
[env.staging.previews]
vars = { ENVIRONMENT = "staging", MAIL = "off", FILES = "off" }
`;

beforeEach(async () => {
  cloudflare = await StandIn.open();
  cloudflare.run("0123456789ab");
  neon = new NeonStandIn(inject("postgres"));
  await neon.open();
  project = (await tinyProject()).folder;
  await edit((text) => text + block);
  said = [];
});
afterEach(async () => {
  cloudflare.close();
  await neon.close();
  await rm(project, { recursive: true });
});

async function edit(change: (text: string) => string): Promise<void> {
  const file = join(project, "wrangler.toml");
  await writeFile(file, change(await readFile(file, "utf8")));
}

const options = (more = {}) => ({
  project,
  variables: {
    ...cloudflare.variables,
    NEON_API_KEY: "key",
    NEON_PROJECT_ID: "p",
    NEON_API_BASE_URL: neon.url,
    ...more,
  },
  log: (line: string) => void said.push(line),
});
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "",
    (error: Error) => error.message,
  );

describe("npm run preview", () => {
  it("makes a branch and a Worker of its own, brings them up to date, and removes both", async () => {
    expect(await previewUp("Feature/New-thing", options())).toBe(
      "https://feature-new-thing-fccbf253-tiny.someone.workers.dev",
    );
    const [branch] = neon.branches;
    expect(branch?.name).toBe("preview/feature-new-thing-fccbf253");
    const database = postgres(branch?.database.url ?? "");
    const { rows } = await database.run({
      query: "select to_regclass('things'), obj_description('drizzle'::regnamespace, 'pg_namespace')",
      params: [],
    });
    await database.close();
    expect(rows).toStrictEqual([["things", "plinth: preview"]]);
    const uploaded = cloudflare.previews.get("feature-new-thing-fccbf253") ?? "";
    expect(uploaded).toMatch(/postgres(ql)?:\/\/plinth_test_\w+_worker:[\w-]+@/);
    expect(uploaded).toContain("SECRET_KEY");
    await previewUp("Feature/New-thing", options());
    expect(neon.branches).toHaveLength(1);
    expect(said.join("\n")).not.toMatch(/_worker:|SECRET_KEY/);

    await previewDown("Feature/New-thing", options());
    expect([neon.branches, [...cloudflare.previews]]).toStrictEqual([[], []]);
    await previewDown("Feature/New-thing", options());
    expect(said.at(-1)).toBe("The preview feature-new-thing-fccbf253 is gone already.");
  });

  it("finds its branch among many, and waits while Neon works on the project for another", async () => {
    await previewUp("first", options());
    await previewUp("second", options());
    neon.busy = 2;
    await previewDown("first", options());
    expect(neon.branches.map(({ name }) => name)).toStrictEqual(["preview/second"]);
    expect(cloudflare.previews.has("first")).toBe(false);
  });

  it("gives each name a preview of its own, of at most 40 characters, and finds it by its short name", () => {
    const long = `a-very-long-name-of-a-branch-${"x".repeat(20)}`;
    const names = ["feature/login", "feature-login", "Feature-login", "feature_login-", `${long}1`, `${long}2`];
    const slugs = names.map(slugOf);
    expect(new Set(slugs).size).toBe(names.length);
    expect(slugs[1]).toBe("feature-login");
    expect(slugs.filter((slug) => !/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(slug))).toStrictEqual([]);
    expect(slugs.map(slugOf)).toStrictEqual(slugs);
  });

  it("never keeps a copy of production, and refuses what previews would share", async () => {
    for (const [owner, told] of [
      ["production", "that of production"],
      ["development", "that of development"],
      [undefined, "one that does not say whose it is"],
    ] as const) {
      neon.owner = owner;
      expect(await refusal(previewUp("a", options()))).toMatch(
        new RegExp(`is a copy of ${told}, .*NEON_PREVIEW_PARENT.*--env staging\\. The branch was removed again`),
      );
      expect(neon.branches).toStrictEqual([]);
    }
    neon.calls.length = 0;
    for (const [binding, name] of [
      ['r2_buckets = [{ binding = "BUCKET", bucket_name = "files" }]', "r2_buckets"],
      ['kv_namespaces = [{ binding = "CACHE", id = "0123456789abcdef0123456789abcdef" }]', "kv_namespaces"],
      ['queues = { producers = [{ binding = "TASK_QUEUE", queue = "tasks" }] }', "queues"],
      ['ratelimits = [{ name = "RATE", namespace_id = "1", simple = { limit = 1, period = 60 } }]', "ratelimits"],
      ['services = [{ binding = "OTHER", service = "other" }]', "services"],
    ]) {
      await edit((text) =>
        text.replace(/\[env\.staging\.previews\]\n(?:\w+ = \[.*|queues.*)?\n?/, `[env.staging.previews]\n${binding}\n`),
      );
      expect(await refusal(previewUp("a", options())), binding).toContain(`binds ${name}, which previews would share`);
    }
    await edit(
      (text) => text.slice(0, text.indexOf("\n[env.staging.previews]")) + block.replace('MAIL = "off"', 'MAIL = "on"'),
    );
    expect(await refusal(previewUp("a", options()))).toContain("sends no mail");
    expect(neon.calls).toStrictEqual([]);
  });

  it.each([
    {
      verb: "up",
      system: "neon",
      call: "POST /branches",
      signal: "SIGINT",
      told: /^Ended by SIGINT while making a branch of the database\.\nDone: nothing\.\nPerhaps: the branch preview\/a is made at Neon\.\nFinish: npm run preview -- up a\nBack: npm run preview -- down a\n$/,
      left: [1, 0],
    },
    {
      verb: "up",
      system: "cloudflare",
      call: "POST /workers/workers/tiny-staging/previews",
      signal: "SIGTERM",
      told: /while uploading the Worker\.\nDone: Made the branch preview\/a of the database\. The branch is migrated\.\nPerhaps: the Worker of the preview a is made\.\nFinish: npm run preview -- up a\nBack: npm run preview -- down a\n$/,
      left: [1, 1],
    },
    {
      verb: "down",
      system: "neon",
      call: "DELETE /branches",
      signal: "SIGTERM",
      told: /while removing the branch preview\/a\.\nDone: The Worker of the preview a is gone\.\nPerhaps: the branch is gone\.\nFinish: npm run preview -- down a\n$/,
      left: [0, 0],
    },
  ] as const)(
    "names what it leaves where a signal ends it: $verb at $call",
    async ({ verb, system, call, signal, told, left }) => {
      if (verb === "down") await previewUp("a", options());
      const { promise: held, resolve } = Promise.withResolvers<void>();
      const isHeld = (one: string) => {
        const isMeant = one.startsWith(call);
        if (isMeant) resolve();
        return isMeant;
      };
      if (system === "neon") neon.isHeld = isHeld;
      else cloudflare.isHeld = (one) => (isHeld(one) ? "after" : undefined);
      const before = await readdir(tmpdir());
      const command = started(verb, options());
      await Promise.race([held, command.ended.then(({ said: all }) => Promise.reject(new Error(all)))]);
      const { code, said: all } = await command.end(signal);
      expect(code, all).toBe(signal === "SIGINT" ? 130 : 143);
      expect(all.slice(all.indexOf("Ended by"))).toMatch(told);
      expect([neon.branches.length, cloudflare.previews.size]).toStrictEqual(left);
      expect(
        (await readdir(tmpdir())).filter((name) => !before.includes(name) && name.includes("secrets")),
      ).toStrictEqual([]);
      neon.isHeld = () => false;
      cloudflare.isHeld = () => undefined;
      await previewDown("a", options());
      expect([neon.branches.length, cloudflare.previews.size]).toStrictEqual([0, 0]);
    },
  );

  it("says what is left where a step fails, and sweeps what is old", async () => {
    cloudflare.refused = ["POST /workers/workers/tiny-staging/previews"];
    const told = await refusal(previewUp("broken", options()));
    expect(told).toContain("The Worker of the preview was not made:");
    expect(told).toContain("The branch preview/broken is left at Neon: npm run preview -- down broken");
    expect(neon.branches).toHaveLength(1);
    expect(await refusal(previewUp("a", options({ NEON_API_KEY: "" })))).toContain("needs NEON_API_KEY");
    expect(await refusal(previewUp("a", options({ NEON_PREVIEW_PARENT: "nowhere" })))).toContain(
      "There is no branch nowhere",
    );

    await previewSweep(7, options());
    expect(neon.branches).toHaveLength(1);
    for (const branch of neon.branches) branch.created_at = new Date(Date.now() - 8 * 86_400_000).toISOString();
    cloudflare.refused = ["DELETE /workers/workers"];
    expect(await refusal(previewSweep(7, options()))).toContain("was not removed, and its branch stays with it");
    cloudflare.refused = [];
    cloudflare.odd = (call) =>
      call.startsWith("DELETE /workers/workers")
        ? [404, JSON.stringify({ success: false, errors: [{ code: 7_003, message: "Account not found" }] })]
        : undefined;
    expect(await refusal(previewSweep(7, options()))).toContain("Account not found");
    expect(neon.branches).toHaveLength(1);
    cloudflare.odd = () => undefined;
    await previewSweep(7, options());
    expect(neon.branches).toStrictEqual([]);
  });
});
