/**
 * Runs the Worker in wrangler's development server, as a child of `npm run dev`. The bindings come as a message, so that no
 * list of processes shows them. When the parent has gone, this process ends and takes the runtime along.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { unstable_startWorker } from "wrangler";
import { frameOf } from "../../frame.ts";
import type { Shape } from "../../shapes/parts.ts";
import { whenRuntimeDies } from "./deaths.ts";
import { withoutEchoes } from "./noise.ts";
import { mappedByLatest } from "./stacks.ts";

export type Start = {
  config: string;
  /** The Worker's first file, in place of the config's. */
  entry: string;
  port: number;
  inspectorPort: number;
  /** The folder for the data of the runtime's bindings. */
  persist: string;
  bindings: Record<string, string>;
  /** The shape of an API in several Workers, which shape-process.ts runs. */
  shape?: Shape | undefined;
};
export type News =
  | { state: "running" }
  /** The code cannot be run: this is the answer to every request. */
  | { state: "broken"; reason: string }
  | { state: "logged"; level: string; text: string }
  /** The runtime ended by itself, such as by a signal, and starts anew. */
  | { state: "died"; how: string };

const gone = once(process, "disconnect");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.disconnect?.());

let reason = "";
/** Answers while there is no Worker that could. */
const errorPage = createServer((_, response) => {
  response.writeHead(500, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${reason}\n`);
}).listen(0, "127.0.0.1");
await once(errorPage, "listening");
// A server on TCP has an AddressInfo.
const { port: errorPort } = errorPage.address() as AddressInfo;

const [start]: [Start] = (await once(process, "message")) as [Start];
let mapped = (stack: string) => stack;
/** Has wrangler's proxy send requests on, which it holds back from its start. */
let play = async () => {};
whenRuntimeDies((how) => {
  tell({ state: "died", how });
  // Miniflare hears of it after this, and the proxy may be the one that died.
  setImmediate(() => void play());
});
/** The last error outside of any request, such as one at the top level of a module. */
let uncaught = "";
const worker = await unstable_startWorker({
  config: start.config,
  entrypoint: start.entry,
  env: "",
  // Keeps the state of Durable Objects under the same name from one start to the next.
  name: "plinth",
  bindings: secrets(start.bindings),
  build: { minify: false },
  dev: {
    server: { hostname: "127.0.0.1", port: start.port },
    inspector: { hostname: "127.0.0.1", port: start.inspectorPort },
    persist: start.persist,
    // dev/local/server.ts does what the cron trigger does in production.
    testScheduled: true,
    watch: true,
    logLevel: "error",
    structuredLogsHandler: ({ level, message }: { level: string; message: string }) => {
      const text = withoutEchoes(mapped(message));
      if (text.includes("Uncaught")) uncaught = text;
      if (text !== "") tell({ state: "logged", level, text });
    },
  },
}).catch((error: unknown) => {
  console.error(frameOf(error));
  process.exit(1);
});
worker.raw.on("reloadComplete", (reloaded) => {
  const { sourceMapPath } = reloaded.bundle;
  if (sourceMapPath !== undefined) mapped = mappedByLatest(sourceMapPath);
  play = async () => worker.raw.proxy.onReloadComplete(reloaded);
  tell({ state: "running" });
});
for (const event of ["buildFailed", "error"]) worker.raw.on(event, (failure) => void sayBroken(failure));
process.on("message", (bindings: Record<string, string>) => void worker.patchConfig({ bindings: secrets(bindings) }));

await gone;
setTimeout(() => process.exit(1), 5_000).unref();
await worker.dispose();
process.exit();

/** wrangler holds every request back until the next build that can be run: its proxy is sent to the page that says why. */
async function sayBroken(failure: unknown): Promise<void> {
  const frame = frameOf(failure);
  reason = frame.includes("Runtime stderr") ? uncaught : frame;
  tell({ state: "broken", reason });
  const userWorkerUrl = { protocol: "http:", hostname: "127.0.0.1", port: String(errorPort) };
  play = () => worker.raw.proxy.sendMessageToProxyWorker({ type: "play", proxyData: { userWorkerUrl, headers: {} } });
  await play();
}

function secrets(bindings: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(bindings).map(([name, value]) => [name, { type: "secret_text" as const, value }]),
  );
}

function tell(news: News): void {
  // The parent may have gone.
  if (process.connected) process.send?.(news, () => {});
}
