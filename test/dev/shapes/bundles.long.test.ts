import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { hasFrontEnd, projectFolder } from "../../../dev/config.ts";
import { openMailbox } from "../../../dev/local/mailbox.ts";
import { freePort } from "../../../dev/local/port.ts";
import { copyDatabase } from "../../../dev/local/throwaway/database.ts";
import { buildShape } from "../../../dev/shapes/build.ts";
import { type Shape, shapes } from "../../../dev/shapes/parts.ts";
import { runtimeOptions } from "../../../dev/shapes/runtime.ts";
import { endpoints } from "../../../src/routes/index.ts";

const password = "correct horse battery";
const json = { "Content-Type": "application/json" };
/** The part that has `GET /api/v1/tasks`. */
const ofTasks: Record<Shape, string> = { group: "tasks", endpoint: "list-tasks" };

describe.each(shapes)("the bundles of the shape %s", (shape) => {
  /** Newest last. */
  const open: (() => Promise<unknown>)[] = [];
  let runtime: Miniflare;
  let origin: string;
  let mailbox: string;
  /** The folder of the Durable Objects' data. */
  let state: string;

  beforeAll(async () => {
    // Below the project, whose packages the bundles are made of.
    const folder = await mkdtemp(join(projectFolder, ".plinth", "shape-"));
    open.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const { url, drop } = await copyDatabase(inject("postgres"), inject("template"));
    open.push(drop);
    const box = await openMailbox({ port: await freePort(), api: "http://localhost" });
    mailbox = box.url;
    open.push(() => box.close());
    const built = await buildShape(endpoints, { shape, env: undefined, folder: join(folder, "built") });
    // A part that fails as the platform fails one: it throws past all that could answer.
    const failing = built.find(({ part }) => part === ofTasks[shape]);
    await writeFile(
      join(failing?.folder ?? "", "index.js"),
      'export default { fetch() { throw new Error("ended"); } };',
    );
    const bindings = {
      ...{ ENVIRONMENT: "test", SECRET_KEY: randomBytes(32).toString("hex"), MAIL: "on", FILES: "on" },
      ...{ DATABASE_URL: url, NEON_FETCH_ENDPOINT: inject("neonEndpoint"), MAIL_ENDPOINT: box.endpoint },
      ...{ FRONTEND_URL: "https://app.example.com", ALLOWED_ORIGINS: "https://app.example.com" },
      ...{ MAIL_FROM: "Plinth <no-reply@example.com>" },
    };
    state = join(folder, "state");
    runtime = new Miniflare(
      await runtimeOptions(built, bindings, {
        resourcePersistencePath: state,
        handleStructuredLogs: () => {},
      }),
    );
    open.push(() => runtime.dispose());
    origin = (await runtime.ready).origin;
  }, 480_000);
  afterAll(async () => {
    for (const close of open.reverse()) await close();
  });

  const call = (method: string, path: string, init: RequestInit = {}) =>
    fetch(`${origin}${path}`, { method, redirect: "manual", ...init });

  async function signUp(username: string) {
    const body = JSON.stringify({ username, email: `${username}@example.com`, password });
    expect((await call("POST", "/api/v1/users", { headers: json, body })).status).toBe(201);
    const form = new URLSearchParams({ username, password });
    const signedIn = await call("POST", "/api/v1/auth/login", { body: form });
    const { access_token } = z.object({ access_token: z.string() }).parse(await signedIn.json());
    return { Authorization: `Bearer ${access_token}` };
  }

  it("sign up and in by the hasher of the base, and read in one part what another wrote", async () => {
    const ada = await signUp("ada");
    // One hashed in the part that has sign-up, and one verified in the part that has sign-in.
    const objects = await readdir(join(state, "do", "plinth-PasswordHasher"));
    expect(objects.filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))).toHaveLength(2);
    const body = JSON.stringify({ name: "The first", slug: "the-first" });
    const made = await call("POST", "/api/v1/organizations", { headers: { ...ada, ...json }, body });
    expect(made.status).toBe(201);
    const at = new URL(made.headers.get("Location") ?? "", origin).pathname;
    expect((await call("GET", at, { headers: ada })).status).toBe(200);
    const list = await call("GET", "/api/v1/organizations?limit=1", { headers: ada });
    expect(await list.json()).toMatchObject({ items: [{ name: "The first" }], next_cursor: null });
  });

  it("take files in, and give parts of them out", async () => {
    const grace = await signUp("grace");
    const body = JSON.stringify({ title: "With a file" });
    const made = await call("POST", "/api/v1/items", { headers: { ...grace, ...json }, body });
    const { id } = z.object({ id: z.string() }).parse(await made.json());
    const bytes = new Uint8Array(3_000_000).fill(7);
    bytes.set(new TextEncoder().encode("%PDF-1.7"));
    const headers = { ...grace, "Content-Type": "application/pdf" };
    const sent = await call("POST", `/api/v1/items/${id}/attachments?name=a.pdf`, { headers, body: bytes });
    expect(sent.status, await sent.clone().text()).toBe(201);
    const file = z.object({ id: z.string() }).parse(await sent.json());
    const path = `/api/v1/items/${id}/attachments/${file.id}/content`;
    const part = await call("GET", path, { headers: { ...grace, Range: "bytes=2999990-" } });
    expect([part.status, part.headers.get("Content-Range")]).toStrictEqual([206, "bytes 2999990-2999999/3000000"]);
    expect(new Uint8Array(await part.arrayBuffer())).toStrictEqual(bytes.slice(-10));
  });

  it("have the base run the task that a part enqueued, at once", async () => {
    await signUp("mary");
    const mails = async () => {
      const sent = z.array(z.object({ to: z.string() })).parse(await (await fetch(`${mailbox}/messages`)).json());
      return sent.filter(({ to }) => to === "mary@example.com").length;
    };
    // Less than the minute after which the alarm would look for it.
    await expect.poll(mails).toBeGreaterThan(0);
    const base = await runtime.getWorker("plinth");
    expect(await base.scheduled({ cron: "0 * * * *" })).toMatchObject({ outcome: "ok" });
  });

  it("refuse, list and document as one Worker does", async () => {
    const me = await call("DELETE", "/api/v1/users/me");
    expect([me.status, me.headers.get("Allow")]).toStrictEqual([405, "GET, PATCH, HEAD, OPTIONS"]);
    const nowhere = await call("GET", "/api/v1/nowhere");
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await nowhere.json()).toMatchObject({ code: "not_found", request_id: nowhere.headers.get("X-Request-Id") });
    const asked = { Origin: "https://app.example.com", "Access-Control-Request-Method": "PATCH" };
    const preflight = await call("OPTIONS", "/api/v1/organizations/7", { headers: asked });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toContain("PATCH");
    expect((await call("HEAD", "/health")).status).toBe(200);
    expect((await call("GET", "/health/ready")).status).toBe(200);
    const home = await call("GET", "/");
    if (hasFrontEnd()) expect(home.headers.get("Content-Type")).toContain("text/html");
    else expect(home.headers.get("Location")).toBe("/api/v1/docs");
    expect((await call("GET", "/docs-assets/swagger-ui.css")).headers.get("Content-Type")).toContain("text/css");
    const { info: _, ...document } = z.looseObject({}).parse(await (await call("GET", "/api/v1/openapi.json")).json());
    const written = await readFile(join(projectFolder, "openapi.json"), "utf8");
    const { info: __, ...expected } = z.looseObject({}).parse(JSON.parse(written));
    expect(document).toStrictEqual(expected);
  });

  it("promise 50: answer 503 for a part that throws, and go on with all others", async () => {
    const failed = await call("GET", "/api/v1/tasks", { headers: { "X-Request-Id": "mine-7" } });
    expect([failed.status, failed.headers.get("Retry-After")]).toStrictEqual([503, "3"]);
    expect(await failed.json()).toMatchObject({ code: "overloaded", request_id: "mine-7" });
    expect((await call("GET", "/api/v1/users/me")).status).toBe(401);
  });
});
