import { DrizzleQueryError } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { defaultDeps } from "../src/app.ts";
import { endpoint, json } from "../src/endpoint/endpoint.ts";
import { describeError, type LogEntry, logToConsole, unfailing } from "../src/log.ts";
import { Health } from "../src/schemas/health.ts";
import { runTasks } from "../src/task/run.ts";
import { task } from "../src/task/task.ts";
import { bindings, serve, unique } from "./harness.ts";
import { enqueue } from "./task/effects.ts";

const broken = () => {
  throw new TypeError("Do not know how to serialize a BigInt");
};

describe("a log that throws", () => {
  it("fails no request", async () => {
    const { get } = serve({ deps: { log: broken } });
    expect((await get("/.well-known/jwks.json")).status).toBe(200);
    expect((await get("/nowhere")).status).toBe(404);
  });

  it("keeps no task from running", async () => {
    const ran: string[] = [];
    const tasks = ["first", "second"].map((name) => task({ name: unique(name) }, async () => ran.push(name)));
    for (const { name } of tasks) await enqueue(name, [{}]);
    await runTasks(bindings, { ...defaultDeps, tasks, log: broken });
    expect(ran.toSorted()).toStrictEqual(["first", "second"]);
  });

  it("says that a line was lost, as far as it can", () => {
    const lines: string[] = [];
    const log = unfailing((entry) => void lines.push(JSON.stringify(entry)));
    log({ level: "info", message: "request", count: 1n });
    expect(lines.map((line) => JSON.parse(line))).toStrictEqual([
      { level: "error", message: "a line of the log was lost", cause: "TypeError" },
    ]);
  });
});

describe("the log of a request", () => {
  it("names the request in every line, whatever the line says", async () => {
    const seen = endpoint(
      {
        ...{ method: "get", path: "/seen", operationId: "seen", access: "public", tags: ["operations"] },
        ...{ summary: "Log a line", description: "Logs a line.", responses: { 200: json(Health, "Logged") } },
      },
      (c) => {
        c.var.log({ level: "info", message: "seen", order: 7, request_id: "of another" });
        return c.json({ status: "ok" } as const, 200);
      },
    );
    const app = serve({ endpoints: [seen] });
    await app.get("/seen", { headers: { "X-Request-Id": "a-request" } });
    expect(app.logs).toMatchObject([
      { message: "seen", order: 7, request_id: "a-request" },
      { message: "request", request_id: "a-request" },
    ]);
  });

  it("describes errors at any depth, and shows no parameter of a statement", () => {
    const print = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    try {
      const query = new DrizzleQueryError("select $1", ["secret"], new Error("invalid input: secret"));
      const cause = new Error("outer", { cause: query });
      logToConsole({ level: "warn", message: "failed", error: query, inner: { cause } });
      const line = String(print.mock.calls[0]?.[0]);
      expect(line).not.toContain("secret");
      expect(JSON.parse(line)).toMatchObject({
        error: { error: "Error" },
        inner: { cause: { error: "Error", detail: "outer", cause: { error: "Error" } } },
      });
    } finally {
      print.mockRestore();
    }
  });
});

describe("the console", () => {
  it.each([
    ["info", "log"],
    ["warn", "warn"],
    ["error", "error"],
  ] as const)(
    "gets a line of level %s by its method %s, from which Workers Logs takes the severity",
    (level, method) => {
      const methods = ["log", "warn", "error"] as const;
      const spies = methods.map((name) => vi.spyOn(console, name).mockImplementation(() => undefined));
      try {
        logToConsole({ level, message: "a line", count: 1 });
        const printed = spies.map(({ mock }, at) => [methods[at], mock.calls]);
        const expected = methods.map((name) => [
          name,
          name === method ? [[JSON.stringify({ level, message: "a line", count: 1 })]] : [],
        ]);
        expect(printed).toStrictEqual(expected);
      } finally {
        for (const spy of spies) spy.mockRestore();
      }
    },
  );
});

describe("describeError", () => {
  it("ends where an error is its own cause", () => {
    const error = new Error("round");
    error.cause = new Error("and round", { cause: error });
    expect(describeError(error)).toMatchObject({ detail: "round", cause: { detail: "and round" } });
  });

  it("makes a request that throws such an error a 500 with a line in the log", async () => {
    const logs: LogEntry[] = [];
    const round = new Error("round");
    round.cause = round;
    const { get } = serve({
      mayFail: true,
      deps: {
        log: (entry) => void logs.push(entry),
        connect: () => {
          throw round;
        },
      },
    });
    expect((await get("/health/ready")).status).toBe(500);
    expect(logs).toMatchObject([{ level: "error", code: "internal", cause: { detail: "round" } }]);
  });
});
