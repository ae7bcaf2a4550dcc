import { once } from "node:events";
import { createServer } from "node:http";
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
  const frontend = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/html").end("<!doctype html><title>An app</title>");
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
  }, 180_000);

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
});
