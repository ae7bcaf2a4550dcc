import { once } from "node:events";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { addressOnNode, serveOnNode } from "../../../src/platform/node/server.ts";
import { serverSettingsFrom } from "../../../src/platform/node/settings.ts";

// The library puts its own in their place, which other tests of this process must not meet.
const { Request, Response } = globalThis;
afterAll(() => {
  for (const [name, value] of Object.entries({ Request, Response })) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
});

type App = Parameters<typeof serveOnNode>[0];

const serve = (fetch: App["fetch"], settings: Record<string, string> = {}) =>
  serveOnNode({ fetch }, {}, serverSettingsFrom({ PORT: "0", ...settings }));

/** Tells the origin of a request, as the app sees it. */
const told: App["fetch"] = (request) =>
  globalThis.Response.json([addressOnNode(request) ?? null, new URL(request.url).protocol]);

describe("the address of a client", () => {
  const networks = "127.0.0.1,10.0.0.0/8,2001:db8::/32";

  it.each([
    ["", "203.0.113.9", ["127.0.0.1", "http:"]],
    [networks, undefined, ["127.0.0.1", "https:"]],
    [networks, "203.0.113.9", ["203.0.113.9", "https:"]],
    // Each proxy appends what it saw; what stands before the first stranger, a stranger wrote.
    [networks, "198.51.100.7, 203.0.113.9, 10.1.2.3", ["203.0.113.9", "https:"]],
    [networks, "2001:db9::1, 2001:db8::5", ["2001:db9::1", "https:"]],
    [networks, "10.9.9.9", ["10.9.9.9", "https:"]],
    [networks, "::ffff:203.0.113.9", ["203.0.113.9", "https:"]],
    [networks, "unknown", ["127.0.0.1", "https:"]],
    [networks, "203.0.113.9, not an address, 10.1.2.3", ["10.1.2.3", "https:"]],
  ])("with %j trusted and %j forwarded is %j", async (TRUSTED_PROXIES, forwarded, expected) => {
    const server = await serve(told, { TRUSTED_PROXIES });
    const headers = {
      "X-Forwarded-Proto": "https",
      "CF-Connecting-IP": "192.0.2.66",
      ...(forwarded !== undefined && { "X-Forwarded-For": forwarded }),
    };
    expect(await (await fetch(server.url, { headers })).json()).toStrictEqual(expected);
    await server.close();
  });
});

describe("an answer", () => {
  const long = JSON.stringify("a".repeat(5_000));
  const headers = { "Content-Type": "application/json", ETag: '"1"' };

  it("is compressed for clients that can read it, and its tag is then weak", async () => {
    const server = await serve(() => new globalThis.Response(long, { headers }));
    const [plain, compressed] = [
      await fetch(server.url, { headers: { "Accept-Encoding": "identity" } }),
      await fetch(server.url, { headers: { "Accept-Encoding": "gzip" } }),
    ];
    expect([plain.headers.get("Content-Encoding"), plain.headers.get("ETag")]).toStrictEqual([null, '"1"']);
    expect([compressed.headers.get("Content-Encoding"), compressed.headers.get("ETag")]).toStrictEqual([
      "gzip",
      'W/"1"',
    ]);
    expect([await plain.text(), await compressed.text()]).toStrictEqual([long, long]);
    await server.close();
  });

  it("to a body that was not read to its end closes the connection, so that nothing can follow it", async () => {
    const server = await serve(() => new globalThis.Response("no", { status: 413 }));
    const request = send(server.url, { method: "POST" });
    request.on("error", () => {});
    request.write("a".repeat(200_000));
    const [response] = await once(request, "response");
    expect([response.statusCode, response.headers.connection]).toStrictEqual([413, "close"]);
    await server.close();
  });
});

describe("static files", () => {
  it("are served with their lifetimes, and nothing beside them", async () => {
    const folder = await mkdtemp(join(tmpdir(), "assets-"));
    await mkdir(join(folder, "static/immutable"), { recursive: true });
    await writeFile(join(folder, "static/a.css"), "a");
    await writeFile(join(folder, "static/immutable/a.3f9c1b2a.js"), "b");
    await writeFile(join(folder, "secret"), "c");
    const server = await serve(() => new globalThis.Response("the app"), { ASSETS_FOLDER: folder });
    const get = async (path: string) => {
      const answer = await fetch(`${server.url}${path}`);
      return [await answer.text(), answer.headers.get("Cache-Control"), answer.headers.get("X-Content-Type-Options")];
    };
    expect(await get("/static/a.css")).toStrictEqual(["a", "public, max-age=0, must-revalidate", "nosniff"]);
    const [, immutable] = await get("/static/immutable/a.3f9c1b2a.js");
    expect(immutable).toBe("public, max-age=31536000, immutable");
    for (const path of ["/static/%2e%2e/secret", "/static/..%2fsecret", "/static/missing.css", "/secret"]) {
      expect((await get(path))[0]).toBe("the app");
    }
    await server.close();
  });
});

describe("a stop", () => {
  it("answers what has begun, waits for what follows the answer, and takes nothing new", async () => {
    const events: string[] = [];
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const server = await serve(async (request, _bindings, context) => {
      const body = await request.text();
      context.waitUntil(held.then(() => void events.push("followed")));
      return new globalThis.Response(body);
    });
    const request = send(server.url, { method: "POST" });
    request.write("half");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = server.close().then((isDone) => events.push(`closed ${isDone}`));
    await expect(fetch(server.url)).rejects.toThrow();
    request.end(" and half");
    const [response] = await once(request, "response");
    expect(await text(response)).toBe("half and half");
    events.push("answered");
    release();
    await closed;
    expect(events).toStrictEqual(["answered", "followed", "closed true"]);
  });

  it("waits no longer than its bound", async () => {
    const server = await serve(() => new Promise(() => {}), { SHUTDOWN_SECONDS: "1" });
    const hanging = fetch(server.url).catch(() => "cut");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await server.close()).toBe(false);
    expect(await hanging).toBe("cut");
  });
});
