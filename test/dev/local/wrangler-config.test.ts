import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { z } from "zod";
import { bundleBudget } from "../../../dev/ship/budgets.ts";
import { readText } from "../../../dev/text.ts";
import { bindingName } from "../../../src/context/bindings.ts";
import { type RateClass, rateClasses } from "../../../src/context/policy.ts";

const file = join(import.meta.dirname, "../../../wrangler.toml");
const environments = [undefined, "staging", "production"];
const RateLimits = z.array(
  z.object({
    name: z.string(),
    namespace_id: z.string(),
    simple: z.object({ limit: z.number(), period: z.number() }),
  }),
);
const configOf = (env: string | undefined) => readConfig({ config: file, ...(env !== undefined && { env }) });
const classes = Object.keys(rateClasses) as RateClass[];
const figuresOf = (rate: RateClass) => ({ limit: rateClasses[rate].limit, period: rateClasses[rate].period });

describe.each(environments)("wrangler.toml, environment %s", (env) => {
  const config = configOf(env);

  it("counts each rate class by the figures of src/context/policy.ts", () => {
    const counted = RateLimits.parse(config.ratelimits).map(({ name, simple }) => [name, simple]);
    expect(counted).toStrictEqual(classes.map((rate) => [bindingName(rate), figuresOf(rate)]));
  });

  it("has a Worker in its environments alone, which tells its version", () => {
    expect(config.name).toBe(env === undefined ? undefined : `plinth-${env}`);
    expect(config.version_metadata).toEqual({ binding: "CF_VERSION_METADATA" });
  });

  it("sets no limit that a Free account refuses", () => {
    expect(config.limits).toBeUndefined();
  });

  it("keeps the queries of URLs out of the platform's logs and traces", () => {
    const { observability } = config;
    expect(observability).toMatchObject({
      enabled: true,
      redact_query_string: true,
      logs: { invocation_logs: false },
      traces: { enabled: true },
    });
    expect(config.logpush ?? false).toBe(false);
    expect(config.tail_consumers ?? []).toStrictEqual([]);
  });

  it("has files on only where a bucket is bound", () => {
    const buckets = z.array(z.object({ binding: z.string() })).parse(config.r2_buckets);
    const isBound = buckets.some(({ binding }) => binding === "BUCKET");
    expect(config.vars.FILES).toBe(isBound ? "on" : "off");
  });

  it("has what environments do not inherit: variables, secrets, hashers", () => {
    const top = configOf(undefined);
    expect(Object.keys(config.vars).toSorted()).toStrictEqual(Object.keys(top.vars).toSorted());
    expect(config.secrets?.required).toStrictEqual(top.secrets?.required);
    expect(config.durable_objects.bindings).toStrictEqual(top.durable_objects.bindings);
  });
});

it("staging and production count apart", () => {
  const spaces = (env: string) => RateLimits.parse(configOf(env).ratelimits).map(({ namespace_id }) => namespace_id);
  const all = [...spaces("staging"), ...spaces("production")];
  expect(new Set(all).size).toBe(2 * classes.length);
});

describe("the bundle", () => {
  it("stays small, speaks no language but English, and knows no chaos", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plinth-bundle-"));
    try {
      const wrangler = join(
        dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
        "bin/wrangler.js",
      );
      const args = [wrangler, "deploy", "--dry-run", "--env=production", `--outdir=${folder}`];
      await promisify(execFile)(process.execPath, args, { cwd: dirname(file) });
      const bundle = await readFile(join(folder, "index.js"));
      expect(gzipSync(bundle).length / 1_000).toBeLessThan(bundleBudget);
      expect(bundle.toString()).toContain("Invalid input");
      expect(bundle.toString()).not.toMatch(/chaos/i);
      expect(bundle.toString()).not.toMatch(/Ungültige|Entrée invalide/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("keeps no names of classes, so that each error tells its own", async () => {
    const source = join(dirname(file), "src");
    const names = (await readdir(source, { recursive: true })).filter((name) => name.endsWith(".ts"));
    const texts = await Promise.all(names.map((name) => readText(join(source, name))));
    const errors = texts.flatMap((text) => text.match(/^export class \w+ extends Error \{\n.*$/gm) ?? []);
    expect(errors.length).toBeGreaterThan(5);
    for (const error of errors) expect(error).toMatch(/class (\w+) .*\n {2}override readonly name = "\1";$/);
    expect(texts.join("\n")).not.toMatch(/constructor\.name/);
  });
});
