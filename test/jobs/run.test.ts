import { describe, expect, it } from "vitest";
import { production } from "../../src/app.ts";
import { runJobs } from "../../src/jobs/run.ts";
import type { LogEntry } from "../../src/log.ts";
import { bindings } from "../harness.ts";

describe("scheduled jobs", () => {
  const logs: LogEntry[] = [];
  const deps = { ...production, log: (entry: LogEntry) => void logs.push(entry) };

  it("run one after another, and one that fails keeps no other from running", async () => {
    const ran: string[] = [];
    const job = (name: string, count: number) => ({
      name,
      run: async () => {
        ran.push(name);
        if (count < 0) throw new Error("broken");
        return count;
      },
    });
    await runJobs([job("first", -1), job("second", 2), job("idle", 0)], bindings, deps);
    expect(ran).toStrictEqual(["first", "second", "idle"]);
    expect(logs).toMatchObject([
      { level: "error", job: "first", cause: { detail: "broken" } },
      { level: "info", job: "second", count: 2 },
    ]);
  });

  it("do not run on wrong settings, and say which", async () => {
    logs.length = 0;
    await runJobs([], { ...bindings, SECRET_KEY: "" }, deps);
    expect(logs).toMatchObject([{ level: "error", code: "misconfigured" }]);
    expect(JSON.stringify(logs)).toContain("SECRET_KEY is missing");
  });
});
