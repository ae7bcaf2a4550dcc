import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { checkMigrations } from "../commands/check-migrations.ts";
import type { BuiltWorker } from "../shapes/build.ts";
import type { Telling } from "../terminal.ts";
import { configLines } from "./checks/all.ts";
import { packageLines } from "./checks/packages.ts";
import { sourceLines } from "./checks/sources.ts";
import { runGrouped } from "./group.ts";
import { type CheckLine, go, noGo, unknown } from "./line.ts";
import { type Bundle, measureBundle, measureStart } from "./measure.ts";
import { bundleLine, startLine } from "./plan.ts";
import { type ShapeOptions, sizeLines, textOfAll } from "./shape-plan.ts";
import { type Wrangler, wranglerIn } from "./wrangler.ts";

/** Each kind of generated file, by the command that writes it. */
const generated = ["access-matrix", "reference", "openapi"];

type Options = {
  shape?: Pick<ShapeOptions, "build" | "measure"> | undefined;
  tell?: Telling;
  /** Ends the commands that look. */
  stop?: AbortSignal;
};

/** Looks at everything that can be known without a network, of one Worker or of those of a shape. */
export async function preflight(
  project: string,
  environments: readonly string[],
  { shape, tell, stop }: Options = {},
): Promise<CheckLine[]> {
  const wrangler = wranglerIn(project, process.env, stop);
  const [env = "production"] = environments;
  const checks = {
    types: typeLine(project, stop),
    "generated files": driftLines(project, stop),
    migrations: migrationLine(project),
    bundle: (shape ? shape.build(env) : measureBundle(wrangler, env)).catch((error: Error) => error),
  };
  const open = new Set(Object.keys(checks));
  const tellOpen = () => open.size > 0 && tell?.say(`Checking ${[...open].join(", ")}`);
  tellOpen();
  for (const [name, check] of Object.entries(checks)) {
    const close = () => open.delete(name) && !stop?.aborted && tellOpen();
    void check.then(close, close);
  }
  // A command that a signal has ended waits until each of its processes is gone: the compiler does not heed SIGTERM.
  await Promise.allSettled(Object.values(checks));
  const [types, drift, migrations, built] = await Promise.all([
    checks.types,
    checks["generated files"],
    checks.migrations,
    checks.bundle,
  ]);
  if (!shape) tell?.say("Measuring the start-up");
  return [
    types,
    ...drift,
    migrations,
    ...once(environments.map((name) => configLines(project, name))),
    ...(await sourceLines(project, await textOf(built))),
    ...(await packageLines(project)),
    // After the others, which would slow it.
    ...(await sizes(built, wrangler, env, shape)),
    ...beyond,
  ];
}

type Built = Bundle | BuiltWorker[] | Error;

async function textOf(built: Built): Promise<string> {
  if (built instanceof Error) return "";
  return Array.isArray(built) ? textOfAll(built) : built.text;
}

async function sizes(
  built: Built,
  wrangler: Wrangler,
  env: string,
  shape: Pick<ShapeOptions, "measure"> | undefined,
): Promise<CheckLine[]> {
  if (built instanceof Error) return [noGo("bundle", built.message), startLine(undefined)];
  if (Array.isArray(built)) return shape ? sizeLines(await shape.measure(built)) : [];
  return [bundleLine(built.kilobytes), startLine(await measureStart(wrangler, env))];
}

/** Tells a line that holds for each environment once, and puts the environment before any other. */
function once(environments: CheckLine[][]): CheckLine[] {
  const lines = environments.flat();
  return lines.filter(
    (line, place) => lines.findIndex(({ name, says }) => name === line.name && says === line.says) === place,
  );
}

/** Questions that no file answers. */
const beyond = [
  unknown("secrets", "whether they are set: npm run ship looks"),
  unknown("database", "whether it is that of the environment, and its migrations: npm run ship looks"),
  unknown("mail", "whether the provider takes mail from MAIL_FROM: send one"),
  unknown("hasher", "whether its 30 s of CPU hold on the Free plan, and whether hashers share a thread"),
];

async function typeLine(project: string, stop: AbortSignal | undefined): Promise<CheckLine> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const fault = await faultOf(project, stop, tsc);
  return fault === undefined ? go("types", "compile") : noGo("types", fault);
}

async function driftLines(project: string, stop: AbortSignal | undefined): Promise<CheckLine[]> {
  const faults = await Promise.all(
    generated.map((name) => faultOf(project, stop, join(project, `dev/commands/${name}.ts`), "--check")),
  );
  const stale = faults.filter((fault) => fault !== undefined);
  return stale.length === 0
    ? [go("drift", "the generated files are those of the source")]
    : stale.map((fault) => noGo("drift", fault));
}

async function migrationLine(project: string): Promise<CheckLine> {
  return checkMigrations(project).then(
    () => go("migrations", "are in order, and make what src/db/schema.ts declares"),
    (error: Error) => noGo("migrations", error.message.split("\n")[0] ?? ""),
  );
}

/** The first line of what a script said, if it failed. */
async function faultOf(project: string, stop: AbortSignal | undefined, script: string, ...args: string[]) {
  const { code, said } = await runGrouped(script, args, { cwd: project, stop });
  return code === 0 ? undefined : said.trim().split("\n")[0] || "failed";
}
