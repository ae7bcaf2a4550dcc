import { constants } from "node:buffer";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogStore } from "../../../dev/local/log-store.ts";
import { migrate } from "../../../dev/migrations/migrate.ts";
import { linesOfRequest } from "../../../dev/why/lines.ts";
import { rowsOfRequest } from "../../../dev/why/rows.ts";
import { storyOf } from "../../../dev/why/story.ts";
import { connect } from "../../../src/db/client.ts";
import { auditEvents, mails, tasks, users } from "../../../src/db/schema.ts";
import { type Served, serve } from "../local/serve.ts";
import { spawned } from "../spawned.ts";

const request = {
  ...{ level: "error", message: "request", method: "POST", route: "/api/v1/users", status: 503, duration_ms: 5_012 },
  ...{
    code: "database_unavailable",
    cause: { error: "CallError", fault: "timeout", stack: "Error\n    at index.js:1:2" },
  },
  ...{ db_round_trips: 1, db_ms: 5_001, request_id: "a-request" },
};
const other = { level: "info", message: "seen", order_id: 7, request_id: "a-request" };
const foreign = { level: "info", message: "request", status: 200, request_id: "of-another" };

describe("the lines of a request", () => {
  const at = "2026-11-26T18:00:00.000Z";
  const expected = [
    { ...request, at },
    { ...other, at },
  ];

  it.each([
    ["lines of JSON", [request, foreign, other].map((line) => JSON.stringify({ at, ...line })).join("\n")],
    [
      "an export of Workers Logs",
      JSON.stringify([request, foreign, other].map((source) => ({ timestamp: at, source }))),
    ],
    [
      "wrangler tail --format json",
      JSON.stringify({
        eventTimestamp: Date.parse(at) - 10,
        logs: [request, foreign, other].map((line) => ({ message: [JSON.stringify(line)], timestamp: Date.parse(at) })),
      }),
    ],
    [
      "what wrangler tail prints of several requests",
      [[foreign], [request, other]]
        .map((lines) => ({
          eventTimestamp: Date.parse(at) - 10,
          logs: lines.map((line) => ({ message: [JSON.stringify(line)], timestamp: Date.parse(at) })),
        }))
        .map((event) => JSON.stringify(event, null, 4))
        .join("\n"),
    ],
    [
      "text among others",
      `not JSON\n${[request, other].map((line) => JSON.stringify({ at, log: JSON.stringify(line) })).join("\nnot JSON\n")}\n{cut`,
    ],
  ])("are found in %s", (_, text) => {
    expect(linesOfRequest(text, "a-request")).toStrictEqual(expected.map((line) => expect.objectContaining(line)));
  });

  it("are refused in a sentence where there is no such file, or one that no text can hold", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plinth-export-"));
    try {
      const long = join(folder, "long.jsonl");
      await writeFile(long, "");
      await truncate(long, constants.MAX_STRING_LENGTH + 1);
      for (const [file, sentence] of [
        [long, `${long} is too long to be read at once. Take the lines of the request: grep a-request ${long}`],
        [folder, `There is no file ${folder}.`],
      ]) {
        const { code, said } = await spawned(["dev/commands/why.ts", "a-request", "--log", `${file}`]).ended;
        expect(said).toMatch(new RegExp(`^${sentence}`));
        expect(code).toBe(1);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("are kept by npm run dev, the newest of them, in two files at most", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plinth-log-"));
    try {
      const store = new LogStore(folder);
      const filler = "x".repeat(2 ** 20);
      for (let line = 0; line < 12; line++) store.add({ ...other, line, filler });
      const kept = linesOfRequest(await new LogStore(folder).text(), "a-request").map((line) => line.line);
      expect(kept.at(-1)).toBe(11);
      expect(kept.length).toBeGreaterThanOrEqual(4);
      expect(kept.length).toBeLessThanOrEqual(8);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("the story of a request", () => {
  let served: Served;
  const userId = uuidv7();
  const mailId = uuidv7();
  beforeAll(async () => {
    served = await serve();
    await migrate(served.database);
    const { connectionString: DATABASE_URL, url: NEON_FETCH_ENDPOINT } = served.endpoint;
    const db = connect({ DATABASE_URL, NEON_FETCH_ENDPOINT, DATABASE_TIMEOUT_MS: 30_000 });
    const request_id = "a-request";
    const user = { id: userId, email: "told@example.com", username: "told", password_hash: "x" };
    await db.insert(users).values(user);
    await db.insert(mails).values({
      ...{ id: mailId, user_id: userId, kind: "verify_email", recipient: "told@example.com", data: {}, request_id },
    });
    await db.insert(auditEvents).values([
      { id: uuidv7(), kind: "account.created", user_id: userId, request_id },
      { id: uuidv7(), kind: "email.verified", user_id: userId, request_id: "of-another" },
    ]);
    await db.insert(tasks).values({ id: uuidv7(), name: "orders/ship", input: { secret: "of its input" }, request_id });
  });
  afterAll(() => served.close());

  it.each([undefined, new Date().toISOString()])("has its events, its tasks and its mails (at %s)", async (at) => {
    const rows = await rowsOfRequest(served.database, "a-request", [{ ...request, at }]);
    expect(rows.tasks.map(({ name }) => name).toSorted()).toStrictEqual(["mails/send", "orders/ship"]);
    expect(rows.events).toMatchObject([{ kind: "account.created" }]);
    const statements = { level: "info", message: "statements", request_id: "a-request", at: `${at}` };
    const lines = [
      { ...request, at },
      { ...statements, duration_ms: 7, queries: ["select  $1\n from users"], rows: [1], fault: "hang-after" },
      { ...other, at },
    ];
    const mapped = (stack: string) => stack.replace("index.js:1:2", "src/db/wire.ts:80:9");
    const story = stripVTControlCharacters(storyOf({ requestId: "a-request", lines, rows, mapped }) ?? "");
    for (const part of [
      "POST /api/v1/users 503 database_unavailable",
      "fault: timeout",
      "at src/db/wire.ts:80:9",
      "7 ms, rows: 1, met the fault hang-after",
      "select $1 from users",
      `account.created, account ${userId}`,
      `mails/send ${mailId}: waiting after 0 attempts`,
      "verify_email not sent",
      "orders/ship",
      "info seen order_id=7",
    ]) {
      expect(story).toContain(part);
    }
    expect(story).not.toMatch(/told@example|of its input/);
  });

  it("finds none of another time, and says nothing of a request that nobody knows", async () => {
    const lines = [{ ...request, at: "2026-01-01T00:00:00Z" }];
    const rows = await rowsOfRequest(served.database, "a-request", lines);
    expect(rows).toStrictEqual({ tasks: [], events: [] });
    expect(storyOf({ requestId: "a-request", lines: [], rows })).toBeUndefined();
  });

  it("has the rows of all that the log tells of: of its tasks, and of an older request with the same id", async () => {
    const line = (message: string, days: number) => ({
      ...{ ...other, message },
      at: new Date(Date.now() + days * 86_400_000).toISOString(),
    });
    for (const lines of [
      [line("task", 3), line("request", 0)],
      [line("task", 3)],
      [line("request", -2), line("request", 0)],
    ]) {
      const rows = await rowsOfRequest(served.database, "a-request", lines);
      expect(rows.tasks, JSON.stringify(lines)).toHaveLength(2);
      expect(rows.events).toHaveLength(1);
    }
  });

  it("tells of each request, where several have the same id", () => {
    const lines = [request, { ...request, status: 200, route: "/api/v1/items" }].map((line) => ({
      ...line,
      at: undefined,
    }));
    const story = stripVTControlCharacters(storyOf({ requestId: "a-request", lines, rows: undefined }) ?? "");
    expect(story).toContain("Request a-request, 1 of 2 with this id\nPOST /api/v1/users 503");
    expect(story).toContain("Request a-request, 2 of 2 with this id\nPOST /api/v1/items 200");
  });

  it("is told from the log alone, where the database was not asked", () => {
    const lines = [{ ...request, events: [{ kind: "sign_in.failed", user_id: userId }], at: undefined }];
    const story = storyOf({ requestId: "a-request", lines, rows: undefined }) ?? "";
    expect(story).toContain("sign_in.failed");
    expect(story).toContain("The database was not asked");
  });
});
