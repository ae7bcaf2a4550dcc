/** The bindings that `npm run dev` gives the Worker: its own, and over them those of `.dev.vars`. */
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SettingsError, settingNames, settingsFrom, transportSettings } from "../../src/settings.ts";
import { CommandError, dataFolder, devVars, hasFrontEnd } from "../config.ts";
import { readTextIfAny } from "../text.ts";

type Made = {
  /** The origin of the API. */
  api: string;
  /** The database and its endpoint of Neon's protocol. */
  database: { DATABASE_URL: string; NEON_FETCH_ENDPOINT?: string };
  mailbox: { endpoint: string };
};

/** Pages of a front end's development server, under both names that a browser may have for this machine. */
const origins = [3000, 5173].flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`]);

/** @throws {CommandError} where the settings are wrong. */
export async function bindingsFor({ api, database, mailbox }: Made): Promise<Record<string, string>> {
  const own = await devVars();
  const bindings: Record<string, string> = {
    ENVIRONMENT: "development",
    SECRET_KEY: await secretKey(),
    ALLOWED_ORIGINS: process.env.ALLOWED_ORIGINS ?? origins.join(","),
    FRONTEND_URL: frontEndAt(api),
    MAIL_FROM: "Plinth <no-reply@plinth.example>",
    ...(transportSettings.every((name) => !own[name]) && { MAIL_ENDPOINT: mailbox.endpoint }),
    ...own,
    ...database,
  };
  const unknown = Object.keys(own).filter((name) => !settingNames.includes(name));
  if (unknown.length > 0)
    console.warn(`.dev.vars: no setting is called ${unknown.join(", ")}. docs/settings.md lists them.`);
  const settings = settingsFrom(bindings);
  if (settings instanceof SettingsError) throw new CommandError(`Check .dev.vars: ${settings.message}.`);
  return bindings;
}

/** Mailed links lead to the front end that was built, if there is one. */
export function frontEndAt(api: string): string {
  return process.env.FRONTEND_URL || (hasFrontEnd() ? api : "http://localhost:3000");
}

async function secretKey(): Promise<string> {
  const file = join(dataFolder, "secret-key");
  const known = await readTextIfAny(file);
  if (known !== "") return known;
  const key = randomBytes(32).toString("base64url");
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
