import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./chromium.ts";
import { type DevServer, startDevServer } from "./dev-server.ts";

describe("the documentation page", () => {
  const problems: string[] = [];
  let server: DevServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    server = await startDevServer();
    page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    page.setDefaultTimeout(60_000);
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "data:" && origin !== server.url) problems.push(`request to ${request.url()}`);
    });
    page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
    page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(`console: ${message.text()}`);
    });
  }, 360_000);

  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    const path = join(tmpdir(), `plinth-docs-${task.id}.png`);
    await page?.screenshot({ path });
    console.log(`Screenshot: ${path}\nThe server:\n${server.output()}`);
  });

  afterAll(async () => {
    await Promise.all([browser?.close(), server?.stop()]);
  });

  it("loads from its own origin alone, without an error", async () => {
    await page.goto(`${server.url}/api/v1/docs`);
    await page.locator("#operations-users-readMe").waitFor();
    await page.waitForLoadState("load");
    expect(problems).toEqual([]);
  });

  it("finds operations by the words of their summary, path or id", async () => {
    const shown = () => page.locator(".opblock").evaluateAll((all) => all.map(({ id }) => id));
    const all = await shown();
    const found: [words: string, ids: unknown][] = [
      ["archive nothing", []],
      ["GET /users/{id}", expect.arrayContaining(["operations-users-readUser"])],
      ["RESTOREUSER", ["operations-users-restoreUser"]],
      ["your sessions", expect.arrayContaining(["operations-auth-listSessions", "operations-auth-endSession"])],
    ];
    for (const [words, ids] of found) {
      await page.locator(".operation-filter-input").fill(words);
      await expect.poll(shown).toEqual(ids);
    }
    await page.locator(".operation-filter-input").fill("");
    await expect.poll(shown).toEqual(all);
    expect(problems).toEqual([]);
  });

  it("opens the operation that a link names", async () => {
    const other = await browser.newPage();
    await other.goto(`${server.url}/api/v1/docs#/organizations/createOrganization`);
    await other.locator("#operations-organizations-createOrganization.is-open").waitFor();
    await other.close();
  });

  it("is dark where the system is, and follows it", async () => {
    const colour = () => page.evaluate("getComputedStyle(document.querySelector('.swagger-ui')).backgroundColor");
    const light = await colour();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(colour).toBe("rgb(28, 32, 34)");
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(colour).toBe(light);
  });

  /** Presses Try it out and Execute, with the form as it is, and answers the status. */
  async function execute(operationId: string): Promise<{ status: number; text: string }> {
    const operation = page.locator(`.opblock[id$="-${operationId}"]`);
    await operation.locator(".opblock-summary-control").first().click();
    await operation.getByRole("button", { name: "Try it out" }).click();
    await operation.getByRole("button", { name: "Execute" }).click();
    const response = operation.locator(".live-responses-table .response");
    await response.waitFor();
    const status = await response.locator(".response-col_status").textContent();
    return { status: Number.parseInt(status ?? "", 10), text: (await response.textContent()) ?? "" };
  }

  it("executes Sign up and Sign in as they stand", async () => {
    expect((await execute("createUser")).status).toBe(201);
    expect((await execute("login")).status).toBe(200);
    expect(problems).toEqual([]);
  });

  it("signs in with Authorize, and keeps no secret in any storage", async () => {
    await page.locator(".auth-wrapper > .authorize").click();
    const form = page.locator(".auth-container", { hasText: "OAuth2, password" });
    await form.locator("#oauth_username").fill(server.email);
    await form.locator("#oauth_password").fill(server.password);
    await form.locator("button.authorize").click();
    await form.getByText("Logout").waitFor();
    await page.locator(".btn-done").first().click();
    const { cookies, origins } = await page.context().storageState({ indexedDB: true });
    expect([cookies, origins]).toEqual([[], []]);
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    expect(problems).toEqual([]);
  });

  let bearer = "";

  it("answers Try it out on GET /users/me", async () => {
    const asked = page.waitForRequest(`${server.url}/api/v1/users/me`);
    const { status, text } = await execute("readMe");
    bearer = (await (await asked).headerValue("Authorization")) ?? "";
    expect(status).toBe(200);
    expect(text).toContain(server.email);
    expect(problems).toEqual([]);
  });

  it("ends the session with Logout", async () => {
    const me = () => page.request.get(`${server.url}/api/v1/users/me`, { headers: { Authorization: bearer } });
    expect((await me()).status()).toBe(200);
    await page.locator(".auth-wrapper > .authorize").click();
    const ended = page.waitForResponse(`${server.url}/api/v1/auth/logout`);
    await page.locator(".auth-container", { hasText: "OAuth2, password" }).getByText("Logout").click();
    expect((await ended).status()).toBe(204);
    expect((await me()).status()).toBe(401);
    expect(problems).toEqual([]);
  });
});
