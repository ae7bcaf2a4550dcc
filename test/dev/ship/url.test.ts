import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cloudflare, openCloudflare } from "../../../dev/ship/cloudflare.ts";
import { urlOf } from "../../../dev/ship/release.ts";
import { wranglerIn } from "../../../dev/ship/wrangler.ts";
import { readEnvironment, type WorkerConfig } from "../../../dev/ship/wrangler-toml.ts";
import { StandIn } from "./cloudflare.ts";

const project = `${import.meta.dirname}/../../..`;
const config: WorkerConfig = { ...readEnvironment(project, "production"), routes: undefined, route: undefined };
const domain = { pattern: "api.plinth.dev", custom_domain: true };
const workersDev = "https://one.someone.workers.dev";

let standIn: StandIn;
let cloudflare: Cloudflare;

beforeAll(async () => {
  standIn = await StandIn.open();
  cloudflare = await openCloudflare(wranglerIn(project, standIn.variables), standIn.variables);
});
afterAll(() => standIn.close());

/** The URL of the smoke test, where the domain leads to the Worker already, or does not. */
async function url(part: Partial<WorkerConfig>, { isWhole = false, isThere = true } = {}): Promise<string | undefined> {
  const result = isThere ? [{ hostname: domain.pattern }] : [];
  standIn.odd = (call) =>
    call === "GET /workers/domains" ? [200, JSON.stringify({ success: true, result })] : undefined;
  return urlOf({ worker: "one", config: { ...config, ...part } }, cloudflare, {
    isWhole: isWhole ? "first" : undefined,
  });
}

it("is that of workers.dev, of the own domain, or of a route that takes all paths", async () => {
  expect(await url({})).toBe(workersDev);
  expect(await url({ routes: [domain] })).toBe("https://api.plinth.dev");
  expect(await url({ route: "api.plinth.dev/*" })).toBe("https://api.plinth.dev");
  expect(await url({ routes: [{ pattern: "https://api.plinth.dev/*", zone_name: "plinth.dev" }] })).toBe(
    "https://api.plinth.dev",
  );
});

it("is unknown where routes close workers.dev, and take a part of the paths or many hosts", async () => {
  expect(await url({ routes: ["plinth.dev/api/*", "*.plinth.dev/*"] })).toBeUndefined();
  expect(await url({ routes: ["plinth.dev/api/*"], workers_dev: true })).toBe(workersDev);
  expect(await url({ workers_dev: false })).toBeUndefined();
});

it("is that of workers.dev until the deploy of the routes that makes a domain", async () => {
  expect(await url({ routes: [domain] }, { isThere: false })).toBe(workersDev);
  expect(await url({ routes: [domain], workers_dev: false }, { isThere: false })).toBe(workersDev);
  expect(await url({ routes: [domain] }, { isThere: false, isWhole: true })).toBe("https://api.plinth.dev");
});
