import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../dev/local/port.ts";
import { launchBrowser } from "./chromium.ts";
import { startCompressingEdge } from "./compressing-edge.ts";
import { type DevServer, startDevServer } from "./dev-server.ts";

/** Runs in the page, as a browser app would: calls the API of another origin, with cookies. */
type Call = { path: string; method?: "GET" | "POST"; token?: string; json?: object };
type Answer = { status: number; body: Record<string, string> };

describe("a browser app on another origin of the same site", () => {
  let api: DevServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const frontend = createServer((request, response) => {
    const page = "<!doctype html><title>An app</title>";
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
    });
    request.on("end", () => {
      const json = JSON.stringify({ size, type: request.headers["content-type"] });
      if (request.method === "GET") response.setHeader("Content-Type", "text/html").end(page);
      else response.setHeader("X-Request-Id", "sent").end(json);
    });
  });

  beforeAll(async () => {
    const port = await freePort();
    frontend.listen(port, "127.0.0.1");
    await once(frontend, "listening");
    api = await startDevServer({ ALLOWED_ORIGINS: `http://localhost:${port}` });
    browser = await launchBrowser();
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`http://localhost:${port}`);
  }, 360_000);

  afterAll(async () => {
    frontend.close();
    await Promise.all([browser?.close(), api?.stop()]);
  });

  function call({ path, token, json, method = json ? "POST" : "GET" }: Call): Promise<Answer> {
    return page.evaluate(
      async ([url, asked, bearer, body]) => {
        // Not a literal, since the Worker's own fetch, whose types hold here, knows no credentials.
        const init = {
          method: asked,
          credentials: "include",
          headers: {
            ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
            ...(body !== undefined && { "Content-Type": "application/json" }),
          },
          ...(body !== undefined && { body }),
        };
        const response = await fetch(url, init);
        const text = await response.text();
        return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
      },
      [`${api.url}/api/v1${path}`, method, token, json && JSON.stringify(json)] as const,
    );
  }

  it("signs in, refreshes by the cookie alone, and signs out", async () => {
    const { email: username, password } = api;
    const login = await call({ path: "/auth/login", json: { username, password, token_delivery: "cookie" } });
    expect(login.status).toBe(200);
    expect(login.body.refresh_token).toBeUndefined();

    const [cookie] = await context.cookies(`${api.url}/api/v1/auth/refresh`);
    expect(cookie).toMatchObject({
      // On a developer's machine; Safari would take no secure one from there.
      name: "refresh_token",
      httpOnly: true,
      secure: false,
      sameSite: "Strict",
      path: "/",
    });
    expect(await page.evaluate("document.cookie")).toBe("");

    const refreshed = await call({ path: "/auth/refresh", method: "POST" });
    expect(refreshed.status).toBe(200);
    const me = await call({ path: "/users/me", token: refreshed.body.access_token ?? "" });
    expect(me.body.email).toBe(username);

    expect((await call({ path: "/auth/logout", method: "POST" })).status).toBe(204);
    expect(await context.cookies(`${api.url}/api/v1/auth/refresh`)).toEqual([]);
    expect((await call({ path: "/users/me", token: refreshed.body.access_token ?? "" })).status).toBe(401);
    const refused = await call({ path: "/auth/refresh", method: "POST" });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toBe("invalid_grant");
  });

  it("changes what it has read through a compressing edge", async () => {
    const edge = await startCompressingEdge(api.url);
    try {
      const { email: username, password } = api;
      const login = await call({ path: "/auth/login", json: { username, password } });
      const [etag, ...statuses] = await page.evaluate(
        async ([me, token]) => {
          const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
          const change = (full_name: string, etag: string) =>
            fetch(me, {
              method: "PATCH",
              headers: { ...headers, "If-Match": etag },
              body: JSON.stringify({ full_name }),
            });
          const etag = (await fetch(me, { headers })).headers.get("ETag") ?? "";
          return [etag, (await change("Changed", etag)).status, (await change("Changed again", etag)).status];
        },
        [`${edge.url}/api/v1/users/me`, login.body.access_token ?? ""] as const,
      );
      expect(etag).toMatch(/^W\/"\d+"$/);
      expect(statuses).toStrictEqual([200, 412]);
    } finally {
      await edge.close();
    }
  });

  describe("with the client", () => {
    const client = build({
      stdin: {
        contents: 'export * from "./index.ts"; export * from "./progress.ts"',
        resolveDir: join(import.meta.dirname, "../../client/src"),
      },
      bundle: true,
      format: "iife",
      globalName: "plinth",
      write: false,
    });

    /** A new tab of the app with a client, and what the browser's console said of errors. */
    async function aTab() {
      const tab = await context.newPage();
      const errors: string[] = [];
      tab.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      await tab.goto(page.url());
      await tab.addScriptTag({ content: (await client).outputFiles[0]?.text ?? "" });
      await tab.evaluate(`client = plinth.createClient({ baseUrl: "${api.url}", session: plinth.inCookie() }), 0`);
      const evaluate = (code: string): Promise<unknown> => tab.evaluate(code);
      return { tab, errors, evaluate, close: () => tab.close() };
    }
    const start = "client.session.start().then(({ status }) => status)";
    const signIn = () => `client.session.signIn(${JSON.stringify({ username: api.email, password: api.password })})`;

    it("tells a visitor from a user without an error in the console, and keeps no token where scripts find it", async () => {
      const tab = await aTab();
      expect(await tab.evaluate(start)).toBe("signed_out");
      expect(tab.errors).toStrictEqual([]);
      expect(await tab.evaluate(`${signIn()}.then(({ error }) => error)`)).toBeUndefined();
      expect(await tab.evaluate("client.session.state.user.email")).toBe(api.email);
      const kept = "[document.cookie, localStorage.length, sessionStorage.length]";
      expect(await tab.evaluate(kept)).toStrictEqual(["", 0, 0]);
      expect(await tab.evaluate("indexedDB.databases().then(({ length }) => length)")).toBe(0);
      await tab.close();
    });

    it("promise 46: starts ten tabs at once, and ends no session; signing out in one reaches them all", async () => {
      const tabs = await Promise.all(Array.from({ length: 10 }, aTab));
      const states = await Promise.all(tabs.map(({ evaluate }) => evaluate(start)));
      expect(states).toStrictEqual(tabs.map(() => "signed_in"));
      const [first, ...others] = tabs;
      const me = 'client.GET("/api/v1/users/me").then(({ response }) => response.status)';
      expect(await Promise.all(tabs.map(({ evaluate }) => evaluate(me)))).toStrictEqual(tabs.map(() => 200));
      await first?.evaluate("client.session.signOut()");
      const isOut = `new Promise((resolve) => {
        const look = () => client.session.state.status === "signed_out" && resolve(true);
        client.session.subscribe(look);
        look();
      })`;
      expect(await Promise.all(others.map(({ evaluate }) => evaluate(isOut)))).toStrictEqual(others.map(() => true));
      await Promise.all(tabs.map(({ close }) => close()));
    });

    it("signs out on the server though a listener throws, whose error the page can report", async () => {
      const tab = await aTab();
      const uncaught: string[] = [];
      tab.tab.on("pageerror", ({ message }) => uncaught.push(message));
      await tab.evaluate(`client.session.subscribe(() => { throw new Error("A fault of the page") }), 0`);
      await tab.evaluate(`heard = [], client.session.subscribe(() => heard.push(client.session.state.status)), 0`);
      expect(await tab.evaluate(`${signIn()}.then(({ error }) => error)`)).toBeUndefined();
      await tab.evaluate("client.session.signOut()");
      expect(await tab.evaluate("heard.slice(-2)")).toStrictEqual(["signed_in", "signed_out"]);
      await expect.poll(() => new Set(uncaught)).toStrictEqual(new Set(["A fault of the page"]));
      const next = await aTab();
      expect(await next.evaluate(start)).toBe("signed_out");
      await Promise.all([tab.close(), next.close()]);
    });

    it("heeds no word between tabs that it does not know, of a later client or of another script", async () => {
      const tab = await aTab();
      await tab.evaluate(signIn());
      const other = await aTab();
      const words = '[{ kind: "hello" }, "hello", "signed_", null, 1, ["logout"], "__proto__", "toString"]';
      const told = `new Promise((resolve) => {
        const channel = new BroadcastChannel("plinth ${api.url}");
        const answers = new BroadcastChannel("heard");
        answers.onmessage = resolve;
        for (const word of ${words}) channel.postMessage(word);
        channel.postMessage("the last");
      }).then(() => true)`;
      await tab.evaluate(`new BroadcastChannel("plinth ${api.url}").onmessage = ({ data }) => {
        if (data === "the last") new BroadcastChannel("heard").postMessage(data);
      }, 0`);
      const turn = await tab.evaluate("client.session.turn");
      expect(await other.evaluate(told)).toBe(true);
      expect(await tab.evaluate("client.session.state.status")).toBe("signed_in");
      expect(await tab.evaluate("client.session.turn")).toBe(turn);
      await Promise.all([tab.close(), other.close()]);
    });

    it("refreshes once for all calls after sign-ins of other tabs that follow one another", async () => {
      const [tab, other] = [await aTab(), await aTab()];
      await tab.evaluate(signIn());
      const held: (() => Promise<void>)[] = [];
      let resumed = 0;
      await tab.tab.route("**/auth/resume", (route) => {
        resumed += 1;
        held.push(() => route.continue());
      });
      const say = `new BroadcastChannel("plinth ${api.url}").postMessage("signed_in"), 0`;
      for (const _ of [1, 2]) await other.evaluate(say);
      const turned = "client.session.turn >= 3";
      await expect.poll(() => tab.evaluate(turned)).toBe(true);
      await expect.poll(() => held.length).toBe(1);
      await held.pop()?.();
      // The first one has ended, and the second one is under way.
      await expect.poll(() => held.length).toBe(1);
      await tab.evaluate(`reading = Promise.all([1, 2].map(() => client.GET("/api/v1/users/me"))), 0`);
      await held.pop()?.();
      const statuses = "reading.then((answers) => answers.map(({ response }) => response.status))";
      expect(await tab.evaluate(statuses)).toStrictEqual([200, 200]);
      expect(resumed).toBe(2);
      await Promise.all([tab.close(), other.close()]);
    });

    it("tells the progress of an upload, which a signal ends, and fails as by fetch", async () => {
      const tab = await aTab();
      await tab.evaluate(`told = [], client = plinth.createClient({
        baseUrl: location.origin,
        fetch: plinth.withProgress(({ url }, sent, total) => told.push([url, sent, total])),
      }), file = new Blob([new Uint8Array(30e6)], { type: "application/pdf" }), 0`);
      const send = (init = "") => `client.POST("/api/v1/files", { ...plinth.fileBody(file)${init} })`;
      const sent = `${send()}.then(({ data, response }) => [data, response.status, response.headers.get("X-Request-Id")])`;
      expect(await tab.evaluate(sent)).toStrictEqual([{ size: 30e6, type: "application/pdf" }, 200, "sent"]);
      expect(await tab.evaluate("told.at(-1)")).toStrictEqual([`${page.url()}api/v1/files`, 30e6, 30e6]);
      await tab.evaluate("stop = new AbortController(), told.push = () => stop.abort(new Error('Enough')), 0");
      const failing = (init: string) => tab.evaluate(`${send(init)}.catch(({ name, message }) => [name, message])`);
      expect(await failing(", signal: stop.signal")).toStrictEqual(["Error", "Enough"]);
      expect(await failing(", signal: stop.signal")).toStrictEqual(["Error", "Enough"]);
      await context.setOffline(true);
      expect(await failing("")).toStrictEqual(["TypeError", "Failed to fetch"]);
      await context.setOffline(false);
      await tab.close();
    });

    it("goes on after it was offline", async () => {
      const tab = await aTab();
      await tab.evaluate(signIn());
      await context.setOffline(true);
      const me = 'client.GET("/api/v1/users/me").then(({ data }) => data.email, (error) => error.name)';
      expect(await tab.evaluate(me)).toBe("TypeError");
      await context.setOffline(false);
      expect(await tab.evaluate(me)).toBe(api.email);
      expect(await tab.evaluate("client.session.state.status")).toBe("signed_in");
      await tab.close();
    });

    it("signs in after a sign-out of another tab, however long that takes, and at once where it fails", async () => {
      const [leaving, entering] = [await aTab(), await aTab()];
      await leaving.evaluate(signIn());
      await entering.evaluate(start);
      // For all tabs.
      await context.clock.install();
      const calls: string[] = [];
      context.on("request", (request) => calls.push(new URL(request.url()).pathname.replace("/api/v1/auth/", "")));
      const order = () => calls.filter((name) => name === "logout" || name === "login");
      const answers: ((isAnswered: boolean) => Promise<void>)[] = [];
      await leaving.tab.route("**/auth/logout", (route) => {
        answers.push((isAnswered) => (isAnswered ? route.continue() : route.abort()));
      });
      for (const isAnswered of [true, false]) {
        await entering.evaluate("left = new Promise((resolve) => client.session.subscribe(resolve)), 0");
        await leaving.evaluate("leaving = client.session.signOut().then(() => true, () => false), 0");
        await entering.evaluate("left.then(() => 0)");
        await entering.evaluate(`entering = ${signIn()}.then(({ error }) => error), 0`);
        await expect.poll(() => answers.length).toBe(1);
        await context.clock.fastForward(10_000);
        expect(order()).toStrictEqual(["logout"]);
        await answers.pop()?.(isAnswered);
        if (!isAnswered) {
          // It is told twice.
          await expect.poll(() => answers.length).toBe(1);
          await answers.pop()?.(isAnswered);
        }
        expect(await leaving.evaluate("leaving")).toBe(isAnswered);
        expect(await entering.evaluate("entering")).toBeUndefined();
        expect(order()).toStrictEqual(isAnswered ? ["logout", "login"] : ["logout", "logout", "login"]);
        calls.length = 0;
        // Its cookie is still there.
        expect(await entering.evaluate("client.session.state.status")).toBe("signed_in");
        const next = await aTab();
        expect(await next.evaluate(start)).toBe("signed_in");
        await next.close();
        expect(await leaving.evaluate(start)).toBe("signed_in");
      }
      await Promise.all([leaving.close(), entering.close()]);
    });
  });
});
