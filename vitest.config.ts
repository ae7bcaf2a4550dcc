import { randomBytes } from "node:crypto";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { copyDatabase } from "./dev/local/throwaway/database.ts";
import { shapes } from "./dev/shapes/parts.ts";
import { findBrowser } from "./test/setup/browser.ts";
import { LongestFirst } from "./test/setup/longest-first.ts";
import { CountReporter } from "./test/setup/reporter.ts";

// Started past npm, as by an editor's button, this may be the system's own Node.
if (!process.features.typescript) {
  throw new Error(
    `Node ${process.version} cannot run TypeScript: run the tests by npm or npx, which use the Node in node_modules, or by Node 22.18 or newer.`,
  );
}
// The runtime would ask the network what `Request.cf` holds.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";

const inNode = ["test/dev/**/*.test.ts", "test/docs/**/*.test.ts", "test/platform/node/**/*.test.ts"];
/** Everything that has to be the same on each runtime and in each shape: `npm run test:node`, `npm run test:shapes`. */
const onEachRuntime = ["routes", "context", "http", "middleware", "security"].map(
  (room) => `test/${room}/**/*.test.ts`,
);
/** Tests of behaviour that only Cloudflare's runtime or Neon's driver has: the first line of each file says which. */
const onWorkers = ["test/**/*.workers.test.ts"];
/** Counts the requests of an isolate, of which each part has its own. */
const ofOneIsolate = ["test/middleware/admission.test.ts"];
const inBrowser = ["test/e2e/**/*.test.ts"];
/** Minutes of work that changes rarely touch: `npm run test:long`, of which `npm test` has a part. */
const long = ["test/**/*.long.test.ts"];
const browser = findBrowser() !== undefined || process.env.PLINTH_REQUIRE_BROWSER === "1";
/** The requests that test/house/fuzz.test.ts makes: `npm run fuzz` sets them. */
const fuzz = { requests: Number(process.env.FUZZ_REQUESTS ?? 300), seed: Number(process.env.FUZZ_SEED ?? 0) };
/** The cells that test/house/chaos.test.ts tries: `npm run chaos` tries all. */
const chaos = { cells: Number(process.env.CHAOS_CELLS ?? 24), seed: Number(process.env.CHAOS_SEED ?? 0) };
const setupFiles = ["test/setup/patience.ts"];
const bindings = {
  ENVIRONMENT: "test",
  PROJECT_NAME: "Plinth",
  // Longer than usual, as the one isolate here hashes too. The runtime bounds the deadlines that are open at once.
  DATABASE_TIMEOUT_MS: "15000",
  // Races meet in one isolate here, which would refuse some of them.
  REQUESTS_PER_ISOLATE: "1000",
  SECRET_KEY: randomBytes(32).toString("hex"),
  ALLOWED_ORIGINS: "https://app.example.com",
  FRONTEND_URL: "https://app.example.com",
  MAIL_FROM: "Plinth <no-reply@example.com>",
};

/** Runs tests in Cloudflare's runtime, on a database of their own. */
function inWorkerd() {
  return cloudflareTest(async ({ inject }) => {
    const { url } = await copyDatabase(inject("postgres"), inject("template"));
    // The secrets are in the bindings below; wrangler warns that they are in no file.
    process.env.WRANGLER_LOG ??= "error";
    return {
      wrangler: { configPath: "./wrangler.toml" },
      // Quiet about connections that tests break on purpose; an unhandled error still fails the run.
      verbose: false,
      miniflare: {
        kvNamespaces: ["TEST_KV"],
        bindings: {
          ...bindings,
          DATABASE_URL: url,
          NEON_FETCH_ENDPOINT: inject("neonEndpoint"),
        },
      },
    };
  });
}

export default defineConfig({
  test: {
    globalSetup: "test/setup/global.ts",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    setupFiles,
    expect: { poll: { timeout: 30_000 } },
    // Room for a machine that is several times slower: these end what hangs, and measure nothing.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    reporters: [
      "default",
      new CountReporter(
        browser ? undefined : "No Chromium or Chrome found (CHROME_PATH names one): test/e2e was left out.",
      ),
    ],
    coverage: {
      provider: "istanbul",
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.d.ts"],
      reporter: ["text-summary", ["text", { skipFull: true }]],
      thresholds: { lines: 90, statements: 90, functions: 90, branches: 90 },
    },
    projects: [
      {
        plugins: [inWorkerd()],
        test: {
          name: "worker",
          // It would keep the list of files under src/routes as it was, and a file that is new would not be missed.
          fsModuleCache: false,
          provide: { fuzz, chaos },
          include: ["test/**/*.test.ts"],
          exclude: [...inNode, ...inBrowser, ...long],
          // A new isolate costs seconds; every test owns its data, so that files can share one, with a database of its own.
          isolate: false,
        },
      },
      {
        test: {
          name: "node",
          setupFiles: [...setupFiles, "test/setup/own-folder.ts"],
          // Drops settings of the other project, which the servers started by these tests must not inherit.
          env: { WRANGLER_LOG: "log" },
          include: browser ? [...inNode, ...inBrowser] : inNode,
          exclude: long,
        },
      },
      {
        resolve: { alias: [{ find: /^\.\/runtime\/worker\.ts$/, replacement: "./runtime/node.ts" }] },
        test: {
          name: "node-runtime",
          provide: { fuzz, bindings: { ...bindings, MAIL: "off", FILES: "on" } },
          include: onEachRuntime,
          exclude: [...onWorkers, ...long],
          isolate: false,
        },
      },
      ...shapes.map((shape) => ({
        plugins: [inWorkerd()],
        resolve: { alias: [{ find: /^\.\/runtime\/worker\.ts$/, replacement: "./runtime/in-parts.ts" }] },
        test: {
          name: shape,
          fsModuleCache: false,
          provide: { fuzz, chaos, shape },
          include: onEachRuntime,
          exclude: [...long, ...ofOneIsolate],
          isolate: false,
        },
      })),
      {
        test: {
          name: "long",
          setupFiles: [...setupFiles, "test/setup/own-folder.ts"],
          testTimeout: 300_000,
          env: { WRANGLER_LOG: "log" },
          sequence: { groupOrder: 1 },
          include: long,
          exclude: browser ? [] : inBrowser,
        },
      },
    ],
  },
});
