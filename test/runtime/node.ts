/** The runtime under test: Node, by an HTTP server. vitest.config.ts puts it in place of ./worker.ts. */
import "../../src/platform/node/fixed-length.ts";
import { mkdtemp } from "node:fs/promises";
import { Agent, type IncomingMessage, request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { scheduler } from "node:timers/promises";
import { inject } from "vitest";
import { copyDatabase } from "../../dev/local/throwaway/database.ts";
import { createApp, defaultDeps } from "../../src/app.ts";
import type { Deps } from "../../src/context/types.ts";
import type { ConnectionSettings } from "../../src/db/client.ts";
import { answersIn } from "../../src/platform/answers.ts";
import { alarmsIn } from "../../src/platform/node/alarms.ts";
import { bindingsFrom } from "../../src/platform/node/bindings.ts";
import { pooled } from "../../src/platform/node/database.ts";
import { hashersIn } from "../../src/platform/node/hashers.ts";
import { Pending } from "../../src/platform/node/pending.ts";
import { addressOnNode, serveOnNode } from "../../src/platform/node/server.ts";
import { serverSettingsFrom } from "../../src/platform/node/settings.ts";
import { toNodeStream, toWebStream } from "../../src/platform/node/streams.ts";
import { textsInMemory } from "../../src/platform/texts.ts";
import { endpoints } from "../../src/routes/index.ts";
import type { Bindings } from "../../src/settings.ts";
import { secretsFor } from "../signed.ts";

// A global of Cloudflare's runtime that tests wait by.
Object.assign(globalThis, { scheduler });

const { url } = await copyDatabase(inject("postgres"), inject("template"));
const ofWorker = new URL(url);
ofWorker.searchParams.set("options", `-c role=${inject("workerRole")}`);
const server = serverSettingsFrom({
  PORT: "0",
  TRUSTED_PROXIES: "127.0.0.1",
  FILES_FOLDER: await mkdtemp(join(tmpdir(), "files-")),
  // The number of test/setup/global.ts: all contenders of a race meet in Postgres.
  DATABASE_CONNECTIONS: "60",
});
const variables = {
  ...secretsFor(endpoints),
  ...inject("bindings"),
  DATABASE_URL: ofWorker.href,
  NEON_FETCH_ENDPOINT: inject("neonEndpoint"),
};

/** Without the alarm, which would run tasks in the middle of another test. */
export const bindings: Bindings = {
  ...bindingsFrom(variables, { server, hashers: hashersIn(2), alarms: alarmsIn(async () => {}) }),
  TASK_ALARM: undefined,
};

const pool = pooled(server.DATABASE_CONNECTIONS);
/** A test that breaks the way to Neon is about Neon's driver, which works on Node as well. */
const driverFor = ({ NEON_FETCH_ENDPOINT: endpoint }: ConnectionSettings) =>
  endpoint === variables.NEON_FETCH_ENDPOINT ? pool : defaultDeps;

export const deps: Deps = {
  ...defaultDeps,
  connect: (settings, trips) => driverFor(settings).connect(settings, trips),
  begin: (settings, ...rest) => driverFor(settings).begin(settings, ...rest),
  address: (request) => (request.headers.has("X-Forwarded-For") ? addressOnNode(request) : undefined),
  answers: answersIn(textsInMemory(4_000_000)),
};

export const appUnderTest = createApp;

type Call = { app: ReturnType<typeof createApp>; own: Bindings; pending: Pending };
const calls = new Map<string, Call>();
/** One server for the apps of all tests: a header says which of them is asked. */
const dispatcher = {
  fetch(request: Request) {
    const call = calls.get(request.headers.get("X-Test-Call") ?? "");
    if (!call) throw new Error("Nobody made this call");
    return call.app.fetch(request, call.own, call.pending.context);
  },
};
const running = await serveOnNode(dispatcher, bindings, server);
const agent = new Agent({ keepAlive: true });

/** Has an app answer a request over HTTP, and waits for all that it does afterwards. */
export async function answerOf(app: Call["app"], request: Request, own: Bindings): Promise<Response> {
  const pending = new Pending();
  const id = crypto.randomUUID();
  calls.set(id, { app, own, pending });
  try {
    const response = await exchange(request, id);
    await pending.settled();
    return response;
  } finally {
    calls.delete(id);
  }
}

async function exchange(request: Request, id: string): Promise<Response> {
  const { host, pathname, protocol, search } = new URL(request.url);
  const { "cf-connecting-ip": client, ...given } = Object.fromEntries(request.headers);
  const headers = {
    ...given,
    host,
    // Node announces no body of a method that rarely has one.
    ...(request.body && given["content-length"] === undefined && { "transfer-encoding": "chunked" }),
    "x-test-call": id,
    "x-forwarded-proto": protocol.slice(0, -1),
    ...(client !== undefined && { "x-forwarded-for": client }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = send(running.url, { agent, method: request.method, path: pathname + search, headers });
  sent.once("response", resolve).once("error", reject);
  if (request.body) {
    // An early answer closes the connection while the body is still being sent.
    pipeline(toNodeStream(request.body), sent).catch(() => {});
  } else sent.end();
  return responseOf(await promise);
}

/** Headers of the connection, which no app sets. */
const ofConnection = ["connection", "date", "keep-alive", "transfer-encoding"];

function responseOf(incoming: IncomingMessage): Response {
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    ofConnection.includes(name) ? [] : values.map((value): [string, string] => [name, value]),
  );
  const { statusCode: status = 0 } = incoming;
  const isEmpty = [101, 204, 205, 304].includes(status);
  if (isEmpty) incoming.resume();
  return new Response(isEmpty ? null : toWebStream(incoming), { status, headers });
}
