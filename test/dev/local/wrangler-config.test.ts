import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { z } from "zod";
import { type RateClass, rateClasses } from "../../../src/context/policy.ts";
import { bindingName } from "../../../src/middleware/rate-limit.ts";

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

describe.each(environments)("wrangler.toml, environment %s", (env) => {
  const config = configOf(env);

  it("counts each rate class by the figures of src/context/policy.ts", () => {
    const counted = RateLimits.parse(config.ratelimits).map(({ name, simple }) => [name, simple]);
    expect(counted).toStrictEqual(classes.map((rate) => [bindingName(rate), rateClasses[rate]]));
  });

  it("has what is not inherited: variables, secrets, hashers", () => {
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
