import { once } from "node:events";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { request as send } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { addressOnNode, serveOnNode } from "../../../src/platform/node/server.ts";
import { serverSettingsFrom } from "../../../src/platform/node/settings.ts";

// The library puts its own in their place, which other tests of this process must not meet.
const { Request, Response } = globalThis;
afterAll(() => {
  for (const [name, value] of Object.entries({ Request, Response })) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
});

afterEach(() => void vi.restoreAllMocks());

type App = Parameters<typeof serveOnNode>[0];

const serve = (fetch: App["fetch"], settings: Record<string, string> = {}) =>
  serveOnNode({ fetch }, {}, serverSettingsFrom({ PORT: "0", ...settings }));

/** A body that is made piece by piece. */
const streamed = (pieces: Iterator<string>) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(Buffer.from(value));
    },
  });

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

  it("comes with the scheme that the last proxy saw, whatever the client itself sent", async () => {
    const server = await serve(told, { TRUSTED_PROXIES: networks });
    for (const [sent, seen] of [
      ["https, http", "http:"],
      ["http, https", "https:"],
    ] as const) {
      const answer = await fetch(server.url, { headers: { "X-Forwarded-Proto": sent } });
      expect(await answer.json()).toStrictEqual(["127.0.0.1", seen]);
    }
    await server.close();
  });
});

describe("the target of a request", () => {
  /** Sends the head of a request, and answers what comes back. */
  const exchange = async (server: { url: string }, head: string) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(`${head}\r\n\r\n`);
    return text(socket);
  };
  const close = "Connection: close";
  const secure = `X-Forwarded-Proto: https\r\n${close}`;

  it.each([
    [`GET /a//b HTTP/1.1\r\nHost: a:80\r\n${close}`, "http://a/a//b"],
    [`GET /a HTTP/1.1\r\nHost: a\r\n${secure}`, "https://a/a"],
    [`GET //b/c HTTP/1.1\r\nHost: a\r\n${secure}`, "https://a//b/c"],
    // Of a whole URL, the host counts, and the scheme is that of the connection.
    [`GET http://b/c?d HTTP/1.1\r\nHost: a\r\n${close}`, "http://b/c?d"],
    [`GET http://b/c?d HTTP/1.1\r\nHost: a\r\n${secure}`, "https://b/c?d"],
    [`GET HTTP://b/c HTTP/1.1\r\nHost: a\r\n${close}`, "http://b/c"],
    [`GET https://b/c HTTP/1.1\r\nHost: a\r\n${close}`, "http://b/c"],
    // Load balancers check like this whether a server is there.
    ["GET /a HTTP/1.0", "http://localhost/a"],
    [`GET /a HTTP/1.0\r\n${secure}`, "https://localhost/a"],
  ])("of %j is %s", async (head, expected) => {
    const server = await serve(({ url }) => new globalThis.Response(url), { TRUSTED_PROXIES: "127.0.0.1" });
    expect((await exchange(server, head)).split("\r\n\r\n")[1]).toBe(expected);
    await server.close();
  });

  it.each([
    [`OPTIONS * HTTP/1.1\r\nHost: a\r\n${close}`, 204],
    [`OPTIONS * HTTP/1.1\r\nHost: a\r\n${secure}`, 204],
    [`GET * HTTP/1.1\r\nHost: a\r\n${secure}`, 400],
    [`GET ftp://b/c HTTP/1.1\r\nHost: a\r\n${close}`, 400],
    [`GET ftp://b/c HTTP/1.1\r\nHost: a\r\n${secure}`, 400],
    [`GET http:b HTTP/1.1\r\nHost: a\r\n${close}`, 400],
    [`GET / HTTP/1.1\r\nHost: a/b\r\n${secure}`, 400],
    [`GET / HTTP/1.1\r\n${close}`, 400],
  ])("of %j is none that the app has: %i", async (head, status) => {
    const app = vi.fn<App["fetch"]>(() => new globalThis.Response());
    const server = await serve(app, { TRUSTED_PROXIES: "127.0.0.1" });
    expect(await exchange(server, head)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(app).not.toHaveBeenCalled();
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

  it.each([0, 1, 1_023])("of %i bytes is not compressed, and tells its size", async (size) => {
    const short = "a".repeat(size);
    const server = await serve(() => new globalThis.Response(short, { headers }));
    const answer = await fetch(server.url, { headers: { "Accept-Encoding": "gzip" } });
    const names = ["Content-Encoding", "Content-Length", "Vary", "ETag"];
    expect(names.map((name) => answer.headers.get(name))).toStrictEqual([null, String(size), null, '"1"']);
    expect(await answer.text()).toBe(short);
    await server.close();
  });

  it("that comes in pieces is compressed as a whole", async () => {
    const pieces = Array.from({ length: 300 }, (_, i) => `${i},`);
    const server = await serve(() => new globalThis.Response(streamed(pieces.values()), { headers }));
    for (const accepted of ["gzip", "identity"]) {
      const answer = await fetch(server.url, { headers: { "Accept-Encoding": accepted } });
      expect(answer.headers.get("Content-Encoding")).toBe(accepted === "gzip" ? "gzip" : null);
      expect(await answer.text()).toBe(pieces.join(""));
    }
    await server.close();
  });

  it.each([0, 1, 2, 3, 50])(
    "that fails after %i pieces breaks off, says nothing of the reason, and the log does",
    async (count) => {
      const said = vi.spyOn(console, "warn").mockImplementation(() => {});
      const fault = vi.spyOn(console, "error").mockImplementation(() => {});
      function* failing() {
        for (let i = 0; i < count; i++) yield "a".repeat(1_000);
        throw new Error("/a/path");
      }
      for (const accepted of ["identity", "gzip"]) {
        const server = await serve(() => new globalThis.Response(streamed(failing()), { headers }));
        const seen: string[] = [];
        const reading = async () => {
          const answer = await fetch(server.url, { headers: { "Accept-Encoding": accepted } });
          for await (const chunk of answer.body ?? []) seen.push(Buffer.from(chunk).toString("latin1"));
        };
        await expect(reading()).rejects.toThrow();
        expect(seen.join("")).toMatch(/^[^/]*$/);
        await server.close();
      }
      expect(fault.mock.calls).toStrictEqual([]);
      expect(said.mock.calls.map(([line]) => JSON.parse(line))).toMatchObject(
        Array(2).fill({ level: "warn", message: "answer broken off", cause: { detail: "/a/path" } }),
      );
    },
  );

  it.each([5, 15])(
    "of which %i bytes come where 10 were announced closes the connection, so that nothing is taken for the rest",
    async (count) => {
      vi.spyOn(console, "warn").mockImplementation(() => {});
      const own = { "Content-Type": "image/png", "Content-Length": "10" };
      const server = await serve(
        () => new globalThis.Response(streamed(Array(count).fill("a").values()), { headers: own }),
      );
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
      const [, ...answers] = (await text(socket)).split("HTTP/1.1 200 OK");
      expect(answers).toHaveLength(1);
      expect(answers[0]).toMatch(/\r\n\r\na{5,10}$/);
      await server.close();
    },
  );

  it("with a header that Node refuses closes the connection, ends its source, and is in the log", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { promise: cancelled, resolve } = Promise.withResolvers<string>();
    const body = new ReadableStream<Uint8Array>({ cancel: () => resolve("cancelled") });
    const own = { "X-Request-Id": "one", "Content-Disposition": "x\u0001y" };
    const server = await serve(() => new globalThis.Response(body, { headers: own }));
    await expect(fetch(server.url)).rejects.toThrow();
    expect(await cancelled).toBe("cancelled");
    expect(said.mock.calls.map(([line]) => JSON.parse(line))).toMatchObject([
      { level: "warn", message: "answer broken off", request_id: "one", cause: { error: "TypeError" } },
    ]);
    await server.close();
  });

  it("that its client does not wait for asks its source for no more, and is no fault", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { promise: cancelled, resolve } = Promise.withResolvers<string>();
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.alloc(10_000)),
      cancel: () => resolve("cancelled"),
    });
    const server = await serve(() => new globalThis.Response(endless));
    const { body } = await fetch(server.url);
    await body?.cancel();
    expect(await cancelled).toBe("cancelled");
    await server.close();
    expect(said.mock.calls).toStrictEqual([]);
  });

  it.each([undefined, "image/png", "application/json"])(
    "of type %s that its client leaves before it begins ends its source, and is no fault",
    async (type) => {
      const said = vi.spyOn(console, "warn").mockImplementation(() => {});
      const events: string[] = [];
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const { promise: left, resolve: leave } = Promise.withResolvers<void>();
      const source = new ReadableStream<Uint8Array>({ cancel: () => void events.push("cancelled") });
      const own = { ...(type !== undefined && { "Content-Type": type, "Content-Length": "10" }) };
      const server = await serve(async ({ signal }) => {
        signal.addEventListener("abort", () => leave());
        begin();
        await left;
        return new globalThis.Response(source, { headers: own });
      });
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
      await begun;
      socket.destroy();
      await left;
      await server.close();
      expect([events, said.mock.calls]).toStrictEqual([["cancelled"], []]);
    },
  );

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

describe("a request that HTTP cannot carry", () => {
  /** Sends these bytes and hangs up; answers what comes back. */
  const exchange = async (url: string, sent: string) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.end(sent, "latin1");
    return text(socket);
  };

  it.each([
    ["a control character in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: \u007f\r\n\r\n"],
    ["a length that is none", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ])("is 400 before the app sees it: %s", async (_, sent) => {
    const app = vi.fn<App["fetch"]>();
    const server = await serve(app);
    expect(await exchange(server.url, sent)).toMatch(/^HTTP\/1.1 400 /);
    expect(app).not.toHaveBeenCalled();
    await server.close();
  });

  it("ends the reading of a body that breaks off", async () => {
    const { promise: read, resolve } = Promise.withResolvers<string>();
    const server = await serve(async (request) => {
      resolve(await request.text().catch((error: Error) => `failed: ${error.message}`));
      return new globalThis.Response("read");
    });
    const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";
    await exchange(server.url, `${head}half`);
    expect(await read).toMatch(/^failed: /);
    await server.close();
  });

  it("is none that is longer than it says: the rest is another request, which is not valid", async () => {
    const bodies: string[] = [];
    const server = await serve(async (request) => {
      bodies.push(await request.text());
      return new globalThis.Response("read");
    });
    const answer = await exchange(server.url, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody and more");
    expect(answer).toMatch(/^HTTP\/1.1 400 /m);
    expect(bodies).toStrictEqual(["body"]);
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
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const server = await serve(async (request, _bindings, context) => {
      begin();
      const body = await request.text();
      context.waitUntil(held.then(() => void events.push("followed")));
      return new globalThis.Response(body);
    });
    const request = send(server.url, { method: "POST" });
    request.write("half");
    await begun;
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
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const never = () => {
      begin();
      return new Promise<Response>(() => {});
    };
    const server = await serve(never, { SHUTDOWN_SECONDS: "1" });
    const hanging = fetch(server.url).catch(() => "cut");
    await begun;
    expect(await server.close()).toBe(false);
    expect(await hanging).toBe("cut");
  });
});
