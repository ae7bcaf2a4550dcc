import { describe, expect, it } from "vitest";
import { concerning, withoutEchoes } from "../../../dev/local/worker/noise.ts";

const echo = (name: string) =>
  `A DurableObjectNamespace in the config referenced the class "${name}", but no such Durable Object class is exported from the worker.`;

describe("what npm run dev prints of the runtime", () => {
  it("is an error without what only follows from it", () => {
    const error = "service core:user:plinth: Uncaught Error: at the top\n  at src/index.ts:1:1";
    expect(withoutEchoes([error, echo("TaskAlarm"), echo("PasswordHasher"), ""].join("\n"))).toBe(error);
    expect(withoutEchoes(`${echo("TaskAlarm")}\n`)).toBe("");
  });

  it("is a request that broke off in one line, without its query", () => {
    const line =
      "\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m Error inside ProxyWorker (the affected request failed; the dev server continues): POST http://localhost:8787/api/v1/items?name=x (failed after 1 attempt): Network connection lost.\u001b[0m";
    expect(concerning(line)).toBe("POST /api/v1/items broke off: the client hung up, or the Worker ended.");
  });

  it("is any other line as it is, and no blank one", () => {
    const line = "\u001b[31m✘ [ERROR] The port is taken\u001b[0m";
    expect(concerning(line)).toBe(line);
    expect(["", "  ", "[wrangler:info] Ready", "Logs were written to x"].map(concerning)).toStrictEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });
});
