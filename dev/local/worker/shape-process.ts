/**
 * Runs the Workers of a shape in one runtime, as a child of `npm run dev`: what process.ts does for one Worker. Builds them
 * anew after each change, by a process that reads the endpoints as they are then.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Miniflare } from "miniflare";
import { frontEndFolder, projectFolder } from "../../config.ts";
import { pageOptions, type Runnable, runtimeOptions } from "../../shapes/runtime.ts";
import { whenChanged } from "../live.ts";
import { whenRuntimeDies } from "./deaths.ts";
import { withoutEchoes } from "./noise.ts";
import type { News, Start } from "./process.ts";
import { mappedBy } from "./stacks.ts";

const gone = once(process, "disconnect");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.disconnect?.());

const [start]: [Start] = (await once(process, "message")) as [Start];
const { shape = "group", persist, port, inspectorPort } = start;
const folder = join(persist, "..", "shapes", shape);

let bindings = start.bindings;
let built: readonly Runnable[] = [];
/** The answer to every request while there is no code that can be run. */
let broken: string | undefined;
let runtime: Miniflare | undefined;
/** The maps that were needed, by the path of their bundle. */
const maps = new Map<string, (text: string) => string>();
/** The changes, one after another. */
let turn = Promise.resolve();

whenRuntimeDies((how) => tell({ state: "died", how }));
await change(rebuild);
process.on("message", (changed: Start["bindings"]) => {
  bindings = changed;
  void change(async () => {});
});
/** Files that are served as they are. A folder that is made later is watched from the next start. */
const served = [join(projectFolder, "static"), frontEndFolder].flatMap((folder) =>
  folder !== undefined && existsSync(folder) ? folder : [],
);
const watched = [
  whenChanged(join(projectFolder, "src"), undefined, () => void change(rebuild)),
  whenChanged(projectFolder, "wrangler.toml", () => void change(rebuild)),
  whenChanged(join(projectFolder, "dev", "shapes"), "own.ts", () => void change(rebuild)),
  ...served.map((folder) => whenChanged(folder, undefined, () => void change(rebuild))),
];

await gone;
setTimeout(() => process.exit(1), 5_000).unref();
await Promise.all(watched.map((one) => one.close()));
await turn;
await runtime?.dispose();
process.exit();

/** Does some work, and then has the runtime run what there is. */
function change(work: () => Promise<void>): Promise<void> {
  turn = turn.then(work).then(run).catch(sayBroken);
  return turn;
}

async function rebuild(): Promise<void> {
  const script = join(projectFolder, "dev", "shapes", "build-local.ts");
  const child = fork(script, [shape, folder], { cwd: projectFolder, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const said: string[] = [];
  child.stderr?.on("data", (data) => said.push(String(data)));
  let answer: Runnable[] | undefined;
  child.on("message", (workers: Runnable[]) => {
    answer = workers;
  });
  await once(child, "close");
  broken = answer ? undefined : said.join("").trim();
  if (!answer) return;
  built = answer;
  maps.clear();
}

/** Rewrites the places in a text, of whichever bundle they are, as places in the project's files. */
function mapped(text: string): string {
  return text.replaceAll(/(?:file:\/\/)?([^\s()"]*\.js):\d+:\d+/g, (place, file: string) => {
    const path = resolve(file);
    if (!path.startsWith(join(folder, "/")) || !existsSync(`${path}.map`)) return place;
    const map = maps.get(path) ?? mappedBy(`${path}.map`);
    maps.set(path, map);
    return map(place);
  });
}

async function run(): Promise<void> {
  const around = {
    host: "127.0.0.1",
    port,
    inspectorPort,
    resourcePersistencePath: join(persist, "v3"),
    handleStructuredLogs: ({ level, message }: { level: string; message: string }) => {
      const text = withoutEchoes(mapped(message));
      if (text !== "") tell({ state: "logged", level, text });
    },
  };
  const options = broken === undefined ? await runtimeOptions(built, bindings, around) : pageOptions(broken, around);
  if (runtime) await runtime.setOptions(options);
  else runtime = new Miniflare(options);
  await runtime.ready;
  tell(broken === undefined ? { state: "running" } : { state: "broken", reason: broken });
}

/** The bundles were made, and the runtime does not take them. */
async function sayBroken(failure: unknown): Promise<void> {
  broken = mapped(failure instanceof Error ? failure.message : String(failure));
  await run();
}

function tell(news: News): void {
  // The parent may have gone.
  if (process.connected) process.send?.(news, () => {});
}
