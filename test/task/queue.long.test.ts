import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { unstable_startWorker as startWorker } from "wrangler";
import { openMailbox } from "../../dev/local/mailbox.ts";
import { freePort } from "../../dev/local/port.ts";
import { copyDatabase } from "../../dev/local/throwaway/database.ts";
import { copyProject } from "../setup/project-copy.ts";

/** Newest last. */
const open: (() => Promise<unknown>)[] = [];
let origin: string;
let mailbox: string;
let database: pg.Client;

beforeAll(async () => {
  const project = await mkdtemp(join(tmpdir(), "plinth-queue-"));
  open.push(() => rm(project, { recursive: true, force: true, maxRetries: 5 }));
  await copyProject(project);
  const config = join(project, "wrangler.toml");
  const toml = await readFile(config, "utf8");
  // Turns the queue on as a user does.
  const queued = toml.replace(/^# (queues = .*)$/m, "$1").replace("src/index.ts", "test/fixtures/queue-worker.ts");
  expect(queued).not.toBe(toml);
  await writeFile(config, queued);
  const { url, drop } = await copyDatabase(inject("postgres"), inject("template"));
  open.push(drop);
  database = new pg.Client({ connectionString: url });
  await database.connect();
  open.push(() => database.end());
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const box = await openMailbox({ port: await freePort(), api: origin });
  mailbox = box.url;
  open.push(() => box.close());
  const texts = {
    ...{ ENVIRONMENT: "test", SECRET_KEY: randomBytes(32).toString("hex"), RATE_LIMITS: "off", MAIL: "on" },
    ...{ DATABASE_URL: url, NEON_FETCH_ENDPOINT: inject("neonEndpoint"), MAIL_ENDPOINT: box.endpoint },
    ...{ FRONTEND_URL: "http://localhost:3000", MAIL_FROM: "Plinth <no-reply@example.com>" },
  };
  const bindings = Object.entries(texts).map(([name, value]) => [name, { type: "secret_text" as const, value }]);
  const worker = await startWorker({
    config,
    env: "",
    bindings: Object.fromEntries(bindings),
    dev: {
      server: { hostname: "127.0.0.1", port },
      inspector: false,
      persist: join(project, "state"),
      testScheduled: true,
      watch: false,
      logLevel: "error",
    },
  });
  open.push(() => worker.dispose());
  await worker.ready;
});
afterAll(async () => {
  for (const close of open.reverse()) await close();
});

async function signUp(username: string, headers: Record<string, string> = {}): Promise<void> {
  const body = JSON.stringify({ username, email: `${username}@example.com`, password: "correct horse battery" });
  const init = { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body };
  expect((await fetch(`${origin}/api/v1/users`, init)).status).toBe(201);
}

async function taskOf(username: string) {
  const { rows } = await database.query("select t.* from tasks t join mails m using (id) where recipient = $1", [
    `${username}@example.com`,
  ]);
  return rows[0];
}

async function mailsTo(username: string): Promise<number> {
  const sent = (await (await fetch(`${mailbox}/messages`)).json()) as { to: string }[];
  return sent.filter(({ to }) => to === `${username}@example.com`).length;
}

const send = (messages: unknown[]) => fetch(`${origin}/messages`, { method: "POST", body: JSON.stringify(messages) });
/** Less than the minute after which the alarm would look for it. */
const soon = { timeout: 30_000 };

describe("a task, through Cloudflare's queue", () => {
  it("runs by the message that follows its request", async () => {
    await signUp("grace");
    await expect.poll(() => mailsTo("grace"), soon).toBe(1);
    await expect.poll(() => taskOf("grace"), soon).toMatchObject({ state: "done", attempt: 1 });
  });

  it("runs once, however often its message comes, and among messages that are none of ours", async () => {
    await signUp("ada", { "X-Lose": "1" });
    const { id } = await taskOf("ada");
    await send([{ id }, "no message of ours", { id: "x" }, { id }, { id }]);
    await expect.poll(() => taskOf("ada"), soon).toMatchObject({ state: "done" });
    await send([{ id }]);
    // A later message of another task shows that this one was taken.
    await signUp("later");
    await expect.poll(() => mailsTo("later"), soon).toBe(1);
    expect(await taskOf("ada")).toMatchObject({ state: "done", attempt: 1 });
    expect(await mailsTo("ada")).toBe(1);
  });

  it("runs without its message, which was lost, at the next trigger", async () => {
    await signUp("mary", { "X-Lose": "1" });
    expect(await taskOf("mary")).toMatchObject({ state: "waiting", attempt: 0 });
    await fetch(`${origin}/cdn-cgi/handler/scheduled`);
    await expect.poll(() => mailsTo("mary"), soon).toBe(1);
    expect(await taskOf("mary")).toMatchObject({ state: "done", attempt: 1 });
  });
});
