import { describe, expect, it } from "vitest";
import { production } from "../src/app.ts";
import { runJobs } from "../src/jobs/run.ts";
import { describeError, type LogEntry, unfailing } from "../src/log.ts";
import { bindings, serve } from "./harness.ts";

const broken = () => {
  throw new TypeError("Do not know how to serialize a BigInt");
};

describe("a log that throws", () => {
  it("fails no request", async () => {
    const { get } = serve({ deps: { log: broken } });
    expect((await get("/health")).status).toBe(200);
    expect((await get("/nowhere")).status).toBe(404);
  });

  it("keeps no job from running", async () => {
    const ran: string[] = [];
    const job = (name: string) => ({ name, run: async () => ran.push(name) });
    await runJobs([job("first"), job("second")], bindings, { ...production, log: broken });
    expect(ran).toStrictEqual(["first", "second"]);
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
