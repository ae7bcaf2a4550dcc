import { describe, expect, it } from "vitest";
import { defaultDeps } from "../../src/app.ts";
import { defenceNames } from "../../src/context/bindings.ts";
import { rateClasses } from "../../src/context/policy.ts";
import type { LogEntry } from "../../src/log.ts";
import { anyProvider, settingsTable } from "../../src/settings.ts";
import { runTasks } from "../../src/task/run.ts";
import { aUser, bindings, serve } from "../harness.ts";

const sends = { RESEND_API_KEY: "re_12345678", FRONTEND_URL: "https://app.example.com", MAIL: "on" };
const deployed = { ...bindings, ...sends, ENVIRONMENT: "production" };
const without = (name: string) => ({ ...deployed, [name]: undefined });

/** The faults that the log names; nothing if the app answers. */
async function problemsOf(own: Record<string, unknown>): Promise<unknown> {
  const { get, logs } = serve({ mayFail: true, bindings: own });
  expect((await get("/health")).status).toBe(200);
  const { status, body } = await get("/openapi.json");
  if (status === 200) return [];
  expect(status).toBe(503);
  expect(body.code).toBe("misconfigured");
  return logs.find(({ message }) => message === "start")?.problems;
}

describe("promise 22: a deployed Worker's defences", () => {
  it("are its hasher and a counter for each rate class", () => {
    const counters = Object.keys(rateClasses).map((rate) => `RATE_LIMIT_${rate.toUpperCase()}`);
    expect(defenceNames).toStrictEqual([...counters, "PASSWORD_HASHER"]);
  });

  it.each(defenceNames)("do not lack %s, but for a setting that says so", async (name) => {
    const offBy = name === "PASSWORD_HASHER" ? "HASHER" : "RATE_LIMITS";
    const missing = [`${name} is missing: bind it, or set ${offBy} to off`];
    for (const ENVIRONMENT of ["staging", "production"]) {
      expect(await problemsOf({ ...without(name), ENVIRONMENT })).toStrictEqual(missing);
    }
    expect(await problemsOf({ ...deployed, [name]: {} })).toStrictEqual(missing);
    expect(await problemsOf({ ...without(name), [offBy]: "off" })).toStrictEqual([]);
    for (const ENVIRONMENT of ["development", "test"]) {
      expect(await problemsOf({ ...without(name), ENVIRONMENT })).toStrictEqual([]);
    }
  });

  it("do not lack a way to send mail, but for MAIL", async () => {
    const missing = [`MAIL needs ${anyProvider}, or must be off`];
    expect(await problemsOf(without("RESEND_API_KEY"))).toStrictEqual(missing);
    expect(await problemsOf({ ...deployed, RESEND_API_KEY: "" })).toStrictEqual(missing);
    expect(await problemsOf({ ...without("RESEND_API_KEY"), EMAIL: { send: () => undefined } })).toStrictEqual([]);
    expect(await problemsOf({ ...without("RESEND_API_KEY"), MAIL: "off" })).toStrictEqual([]);
    const contradiction = [`MAIL is off, which contradicts ${anyProvider}`];
    expect(await problemsOf({ ...deployed, MAIL: "off" })).toStrictEqual(contradiction);
  });

  it("are told together with all else that is wrong, and no value is", async () => {
    const wrong = {
      ...without("PASSWORD_HASHER"),
      RATE_LIMIT_USER: undefined,
      RESEND_API_KEY: undefined,
      SECRET_KEY: "hunter2",
    };
    const problems = await problemsOf(wrong);
    expect(problems).toStrictEqual([
      expect.stringMatching(/^SECRET_KEY must hold/),
      expect.stringMatching(/^RATE_LIMIT_USER is missing/),
      expect.stringMatching(/^PASSWORD_HASHER is missing/),
      expect.stringMatching(/^MAIL needs/),
    ]);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  it("are needed by tasks, too", async () => {
    const logs: LogEntry[] = [];
    const deps = { ...defaultDeps, log: (entry: LogEntry) => void logs.push(entry) };
    expect(await runTasks(without("PASSWORD_HASHER"), deps)).toBe(false);
    expect(logs).toMatchObject([{ level: "error", code: "misconfigured" }]);
  });

  it("are in the log once, at the first request", async () => {
    const { get, logs } = serve({ bindings: deployed });
    for (let i = 0; i < 3; i++) await get("/health");
    const on = { rate_limits: "on", hasher: "on", mail: "RESEND_API_KEY" };
    const start = { level: "info", message: "start", environment: "production", version: "1.0.0", defences: on };
    expect(logs[0]).toStrictEqual({ ...start, request_id: expect.any(String) });
    expect(logs.filter(({ message }) => message === "start")).toHaveLength(1);
  });

  it("are in the log as a warning where one is off", async () => {
    const off = { MAIL: "off", RATE_LIMITS: "off", HASHER: "off", RESEND_API_KEY: undefined };
    const { get, logs } = serve({ bindings: { ...deployed, ...off } });
    await get("/health");
    expect(logs[0]).toMatchObject({ level: "warn", defences: { rate_limits: "off", hasher: "off", mail: "off" } });
  });

  it("are off where the setting says so, though they are bound", async () => {
    const counted: string[] = [];
    const limiter = { limit: async ({ key }: { key: string }) => ({ success: counted.push(key) < 0 }) };
    const own = { ...bindings, RATE_LIMIT_USER: limiter };
    const ada = await aUser();
    expect(
      (await serve({ bindings: { ...own, RATE_LIMITS: "off" } }).get("/users/me", { token: ada.token })).status,
    ).toBe(200);
    expect(counted).toStrictEqual([]);
    expect((await serve({ bindings: own }).get("/users/me", { token: ada.token })).status).toBe(429);
  });

  it("are switched off by settings that the docs tell of", () => {
    for (const name of ["MAIL", "RATE_LIMITS", "HASHER"]) expect(settingsTable).toHaveProperty(name);
  });
});
