import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectFolder } from "../../../dev/config.ts";
import { bundling } from "../../../dev/shapes/bundle.ts";
import { readEnvironmentOf } from "../../../dev/shapes/configs.ts";
import { routerData } from "../../../dev/shapes/data.ts";
import type { Route } from "../../../src/shape/router.ts";

/** Parts that fail, each in its way, by the path that leads to them. */
const failures = {
  hangs: "async (request) => { await request.text(); await scheduler.wait(3_600_000); }",
  "hangs-unread": "() => scheduler.wait(3_600_000)",
  // The runtime ends what can no longer answer.
  "never-answers": "() => new Promise(() => undefined)",
  throws: 'async () => { throw new Error("secret words"); }',
  "answers-nothing": "async () => undefined",
  works: "async (request) => new Response(await request.text())",
};
const names = Object.keys(failures);
const bindingOf = (name: string) => `PART_${name}`;

describe("promise 50: a router and parts that fail, in the runtime", () => {
  /** Newest last. */
  const open: (() => Promise<unknown>)[] = [];
  let origin: string;

  beforeAll(async () => {
    const folder = await mkdtemp(join(projectFolder, ".plinth", "router-"));
    open.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const routes = ["GET", "DELETE", "POST"].flatMap((method) =>
      [...names, "unbound"].map((name): Route => [method, `/${name}`, bindingOf(name)]),
    );
    const data = routerData({ base: { name: "base", binding: "BASE", endpoints: [] }, others: [], routes });
    const wait = { answer: 1, body: 3 };
    const entry = join(folder, "router.ts");
    await writeFile(
      entry,
      `import { routerWorker } from "../../src/shape/router.ts";
      export default routerWorker(${JSON.stringify({ ...data, wait })});`,
    );
    await build(bundling({ router: entry }, folder, readEnvironmentOf(undefined)));
    const parts = Object.entries(failures).map(([name, fetch]) => ({
      name,
      modules: true,
      compatibilityDate: "2026-01-01",
      script: `export default { fetch: ${fetch} }`,
    }));
    const router = {
      name: "router",
      modules: true,
      compatibilityDate: "2026-01-01",
      script: await readFile(join(folder, "router/index.js"), "utf8"),
      serviceBindings: Object.fromEntries(names.map((name) => [bindingOf(name), name])),
    };
    const runtime = new Miniflare(
      convertV4MiniflareOptions({ handleStructuredLogs: () => {}, workers: [router, ...parts] }),
    );
    open.push(() => runtime.dispose());
    origin = (await runtime.ready).origin;
  });
  afterAll(async () => {
    for (const close of open.reverse()) await close();
  });

  const requests = [
    ["GET", undefined],
    ["POST", "a body"],
  ] as const;
  const failing = [...names.filter((name) => name !== "works"), "unbound"];

  it.concurrent.each(failing.flatMap((name) => requests.map(([method, body]) => [name, method, body] as const)))(
    "answer 503 as a problem where a part %s and is asked by %s",
    async (name, method, body) => {
      const headers = { "X-Request-Id": "mine-1" };
      const answer = await fetch(`${origin}/${name}`, { method, headers, ...(body && { body }) });
      const text = await answer.text();
      expect(answer.status, text).toBe(503);
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
      expect(answer.headers.get("Retry-After")).toMatch(/^[1-9]\d?$/);
      const code = name === "unbound" ? "misconfigured" : "overloaded";
      expect(JSON.parse(text)).toMatchObject({ status: 503, code, request_id: "mine-1" });
      expect(text).not.toContain("secret");
    },
  );

  it("go on with the others, small bodies and large ones", async () => {
    for (const size of [0, 1, 5_000_000]) {
      const answer = await fetch(`${origin}/works`, { method: "POST", body: "x".repeat(size) });
      expect([answer.status, (await answer.text()).length]).toStrictEqual([200, size]);
    }
  });

  it.each(["GET", "HEAD", "DELETE", "POST"])("hand a %s with a body on, and one with an empty body", async (method) => {
    for (const body of ["a body", ""]) {
      const asked = request(`${origin}/works`, { method, headers: { "Content-Length": body.length } });
      const answered = once(asked, "response");
      asked.end(body);
      const [answer] = (await answered) as [IncomingMessage];
      expect([answer.statusCode, await text(answer)]).toStrictEqual([200, method === "HEAD" ? "" : body]);
    }
  });

  it("wait for a client that sends slowly", async () => {
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (const text of ["first", "second"]) {
          controller.enqueue(encoder.encode(text));
          await new Promise((resolve) => setTimeout(resolve, 700));
        }
        controller.close();
      },
    });
    const answer = await fetch(`${origin}/works`, { method: "POST", body, duplex: "half" } as RequestInit);
    expect([answer.status, await answer.text()]).toStrictEqual([200, "firstsecond"]);
  });
});
