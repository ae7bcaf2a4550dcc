import { randomBytes } from "node:crypto";
import { z } from "zod";
import { choiceOf } from "../../../src/setting-values.ts";
import { providerSettings, SettingsError, settingsFrom, settingsTable } from "../../../src/settings.ts";
import { type CheckLine, checkLines } from "../line.ts";
import type { EnvironmentConfig } from "../wrangler-toml.ts";

/** Variables that have no valid value, that do not exist, or that are secrets; and what is left of an example. */
export function settingLines(config: EnvironmentConfig): CheckLine[] {
  const vars = Object.entries(config.vars).map(([name, value]) => [name, String(value)] as const);
  const faults = vars.flatMap(([name, value]) => settingFaults(name, value)).concat(together(config));
  return [
    ...checkLines("settings", [...faults, ...refusedByWorker(config, faults)], "each variable has a valid value"),
    ...checkLines(
      "secrets in the open",
      vars.flatMap(([name, value]) => secretFaults(name, value)),
      "no variable holds one",
    ),
    ...checkLines("placeholders", placeholders(config), "none is left"),
  ];
}

function settingFaults(name: string, value: string): string[] {
  const setting = Object.entries(settingsTable).find(([key]) => key === name)?.[1];
  if (!setting) return [`${name} is no setting: is it misspelt?`];
  const schema: z.ZodType = setting.value;
  if (value === "" || schema.safeParse(value).success) return [];
  return [
    `${name} has no valid value: ${z.prettifyError(schema.safeParse(value).error ?? new z.ZodError([])).split("\n")[0]}`,
  ];
}

/** The secrets that each name a provider of mail. */
const mailSecrets = providerSettings.filter((name) => settingsTable[name].kind === "secret");

/** Settings that need each other. */
function together({ vars, secrets, r2_buckets, send_email }: EnvironmentConfig): string[] {
  const required = secrets?.required ?? [];
  const isMailing = vars.MAIL === "on";
  return [
    ...(isMailing
      ? ["FRONTEND_URL", "MAIL_FROM"].filter((name) => !vars[name]).map((name) => `MAIL is on without ${name}`)
      : []),
    ...(isMailing && send_email.length === 0 && !mailSecrets.some((name) => required.includes(name))
      ? [`MAIL is on without a way to send: bind EMAIL, or add ${choiceOf(mailSecrets)} to secrets.required`]
      : []),
    ...(vars.ALGORITHM !== undefined && vars.ALGORITHM !== "HS256" && !required.includes("SIGNING_KEYS")
      ? [`ALGORITHM is ${vars.ALGORITHM} without SIGNING_KEYS in secrets.required`]
      : []),
    ...(vars.FILES === "on" && !r2_buckets.some(({ binding }) => binding === "BUCKET")
      ? ["FILES is on without the bucket BUCKET"]
      : []),
    ...(vars.REQUIRE_VERIFIED_EMAIL === "true" && !isMailing
      ? ["REQUIRE_VERIFIED_EMAIL is true while MAIL is off: nobody could sign in"]
      : []),
  ];
}

/**
 * Faults of variables that the Worker itself would refuse, with stand-ins for its secrets, and that are not `told` yet.
 */
function refusedByWorker({ vars, secrets, send_email }: EnvironmentConfig, told: string[]): string[] {
  const isRequired = (name: string) => secrets?.required?.includes(name);
  const settings = settingsFrom({
    ...Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, String(value)])),
    DATABASE_URL: "postgres://role:password@db.invalid/database",
    SECRET_KEY: randomBytes(32).toString("base64"),
    ...Object.fromEntries(mailSecrets.filter(isRequired).map((name) => [name, "stand_in"])),
    ...(send_email.some(({ name }) => name === "EMAIL") && { EMAIL: { send: () => Promise.reject() } }),
  });
  const problems = settings instanceof SettingsError ? settings.problems : [];
  const isOfVariable = (problem: string) => Object.keys(vars).some((name) => problem.startsWith(`${name} `));
  const isTold = (problem: string) => told.some((fault) => fault.includes(problem.split(" ")[0] ?? ""));
  return problems.filter((problem) => isOfVariable(problem) && !isTold(problem));
}

function secretFaults(name: string, value: string): string[] {
  const setting = Object.entries(settingsTable).find(([key]) => key === name)?.[1];
  const isSecret =
    setting?.kind === "secret" ||
    /^postgres(ql)?:\/\/[^/]*:[^/]*@/.test(value) ||
    /^(re|[rs]k_(live|test)|whsec|gh[oprsu]|napi)_\w{16,}$/.test(value) ||
    /-----BEGIN|"d"\s*:/.test(value) ||
    (/^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(value) && new Set(value).size > 15);
  return isSecret
    ? [`${name} holds a secret, which everybody who sees wrangler.toml can read: npx wrangler secret put ${name}`]
    : [];
}

function placeholders({ vars, kv_namespaces, account_id, ...rest }: EnvironmentConfig): string[] {
  const texts = [
    ...Object.entries(vars),
    ...kv_namespaces.map(({ binding, id }) => [binding, id] as const),
    ["account_id", account_id],
    ...[rest.routes ?? [], rest.route ?? []]
      .flat()
      .map((route) => ["routes", typeof route === "string" ? route : route.pattern] as const),
  ];
  return texts
    .filter(([, value]) =>
      /…|\bexample\.(com|org|net)\b|\.(example|invalid|test)\b|<[^@>]*>|\bTODO\b|change-?me|your-/i.test(
        String(value ?? ""),
      ),
    )
    .map(([name, value]) => `${name} is still "${value}"`);
}
