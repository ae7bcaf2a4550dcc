import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const project = join(import.meta.dirname, "../..");
const folder = join(project, ".github/workflows");
const names = (await readdir(folder)).toSorted();

const Job = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  "timeout-minutes": z.number(),
  environment: z.string().optional(),
  if: z.string().optional(),
  steps: z.array(
    z.looseObject({
      uses: z.string().optional(),
      run: z.string().optional(),
      with: z.record(z.string(), z.unknown()).optional(),
      env: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const Workflow = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({}),
  jobs: z.record(z.string(), Job),
});

describe.each(names)("the workflow %s", async (name) => {
  const text = await readFile(join(folder, name), "utf8");
  const { on, jobs } = Workflow.parse(parse(text, { merge: true }));
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it("takes actions by their whole commit, and says which version each is", () => {
    const uses = text.split("\n").filter((line) => /\buses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("may read the source, and no more, and keeps no credentials", () => {
    for (const job of Object.values(jobs)) expect(job.permissions).toStrictEqual({ contents: "read" });
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.length).toBeGreaterThan(0);
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ "persist-credentials": false });
  });

  it("never runs a stranger's code with a secret", () => {
    expect(Object.keys(on)).not.toContain("pull_request_target");
    const secret = /\$\{\{\s*secrets\./;
    for (const [job, { environment, if: condition }] of Object.entries(jobs)) {
      const isSecret = secret.test(JSON.stringify(jobs[job]));
      if (isSecret) expect(environment, job).toBeDefined();
      if (!isSecret || !("pull_request" in on)) continue;
      // Dependabot's branches are in the repository itself, and its runs get no secrets.
      expect(condition, job).toContain(
        "(github.event.pull_request.head.repo.full_name == github.repository && github.actor != 'dependabot[bot]')",
      );
    }
    // A step gets what it names, so that an install script finds none.
    for (const { run, uses, env, ...rest } of steps) {
      expect(JSON.stringify(rest)).not.toMatch(secret);
      if (env && secret.test(JSON.stringify(env))) expect(run).toMatch(/^npm run (ship|preview) /);
    }
  });

  it("puts nothing from outside into a command, and runs commands that there are", async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(join(project, "package.json"), "utf8")));
    for (const { run = "" } of steps) {
      expect(run).not.toContain("${{");
      for (const [, script = ""] of run.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
        expect(Object.keys(scripts)).toContain(script);
    }
  });
});

describe("in a repository that has no secrets", async () => {
  const read = async (name: string) =>
    Workflow.parse(parse(await readFile(join(folder, name), "utf8"), { merge: true })).jobs;
  /** Runs a step as GitHub does, with these secrets, and all others set to nothing. */
  async function ran(
    { run = "", env = {} }: z.infer<typeof Job>["steps"][number],
    values: Record<string, string> = {},
  ) {
    const filled = Object.entries(env).map(([name, value]) => [
      name,
      values[name] ?? value.replace(/\$\{\{.*\}\}/, ""),
    ]);
    const { PATH, HOME } = process.env;
    const variables = { ...{ PATH, HOME, GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "/dev/null", CI: "true" } };
    return promisify(execFile)("bash", ["-eo", "pipefail", "-c", run], {
      cwd: project,
      env: { ...variables, ...Object.fromEntries(filled) },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
      ({ code, stdout, stderr }) => ({ code: Number(code), said: `${stdout}${stderr}` }),
    );
  }
  const previews = Object.values(await read("preview.yml"))
    .flatMap(({ steps }) => steps)
    .filter(({ env }) => env);
  const up = { VERB: "up", NAME: "pr-1" };
  const none =
    'There are no previews here. Not set: NEON_API_KEY, NEON_PROJECT_ID, CLOUDFLARE_API_TOKEN. They are secrets of the environment "preview" of this repository: Settings, Environments, preview.';

  it.each(previews)("ends well, and says so: $run", async (step) => {
    const { code, said } = await ran(step, up);
    expect(code, said).toBe(0);
    expect(said).toContain(none);
  });

  it.each(previews)("names those that are missing where there are some: $run", async (step) => {
    const { code, said } = await ran(step, { ...up, NEON_API_KEY: "key" });
    expect(code).toBe(1);
    expect(said).toContain(
      'Not set: NEON_PROJECT_ID, CLOUDFLARE_API_TOKEN. They are secrets of the environment "preview"',
    );
  });

  it.each(["staging", "production"])("does not ship a tag to %s, and names what is missing", async (env) => {
    const jobs = await read("ship.yml");
    const [step] = jobs[env]?.steps.filter(({ run }) => run?.startsWith("npm run ship")) ?? [];
    const { code, said } = await ran(step ?? {}, { TARGET: env });
    expect(code).toBe(1);
    expect(said).toContain(
      `Not set: DATABASE_URL, CLOUDFLARE_API_TOKEN. They are secrets of the environment "${env}" of this repository`,
    );
  });
});

it("checks pull requests, and ships tags alone, one at a time", async () => {
  const read = async (name: string) => parse(await readFile(join(folder, name), "utf8"), { merge: true });
  expect((await read("checks.yml")).on).toHaveProperty("pull_request");
  // A run that waits gives way to a newer one of its group, which nobody may enter by the name of a branch.
  expect((await read("preview.yml")).concurrency.group).toMatch(
    /^preview-\$\{\{ github\.event\.number \|\| github\.run_id \}\}$/,
  );
  expect((await read("checks.yml")).concurrency.group).toMatch(/^checks-\$\{\{ github\.ref \}\}$/);
  const ship = await read("ship.yml");
  expect(ship.on).toStrictEqual({ push: { tags: ["v*"] } });
  expect(ship.concurrency).toStrictEqual({ group: "ship", "cancel-in-progress": false });
  expect(ship.jobs.production.needs).toBe("staging");
});
