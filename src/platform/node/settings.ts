import { accessSync, constants } from "node:fs";
import { availableParallelism } from "node:os";
import { z } from "@hono/zod-openapi";
import { networkIn } from "../../schemas/networks.ts";
import { commaSeparated, integerBetween } from "../../setting-values.ts";
import { SettingsError } from "../../settings.ts";

/** A folder that is there: of a misspelt one, files would be missing, or be kept where nobody looks for them. */
const folder = z.string().refine((path) => has(path, constants.R_OK), "must be a folder that is there");
const ownFolder = folder.refine((path) => has(path, constants.W_OK), "must be a folder that the server may write to");

function has(path: string, access: number): boolean {
  try {
    accessSync(`${path}/.`, access);
    return true;
  } catch {
    return false;
  }
}

/** The settings of the server itself, beside those of the API, with their defaults. docs/node.md describes them. */
const table = {
  PORT: { default: "8787", value: integerBetween(0, 65_535) },
  HOST: { default: "127.0.0.1", value: z.string().min(1, "must be an address of this machine") },
  TRUSTED_PROXIES: {
    default: "",
    value: commaSeparated(
      z
        .string()
        .refine((text) => networkIn(text) !== undefined, "must be addresses or networks such as 10.0.0.0/8")
        .overwrite((text) => networkIn(text) ?? text),
    ),
  },
  WORKERS: { default: "1", value: integerBetween(1, 256) },
  DATABASE_CONNECTIONS: { default: "20", value: integerBetween(1, 1_000) },
  HASH_THREADS: { default: String(Math.min(4, availableParallelism())), value: integerBetween(1, 4) },
  FILES_FOLDER: { default: undefined, value: ownFolder.optional() },
  ASSETS_FOLDER: { default: ".plinth/assets", value: folder },
  SHUTDOWN_SECONDS: { default: "25", value: integerBetween(1, 600) },
  COMMIT: { default: undefined, value: z.string().max(100, "must have at most 100 characters").optional() },
} as const;

type Table = typeof table;
export type ServerSettings = { [Name in keyof Table]: z.output<Table[Name]["value"]> };

export const serverSettingNames: readonly string[] = Object.keys(table);

/**
 * Reads the server's own settings. Throws {@link SettingsError}, which names each wrong one and never its value, and behind
 * them what else is wrong.
 */
export function serverSettingsFrom(
  environment: Record<string, string | undefined>,
  others: () => readonly string[] = () => [],
): ServerSettings {
  const read = Object.entries(table).map(([name, { default: usual, value }]) => {
    const { data, error } = value.safeParse(environment[name] || usual);
    return { name, data, problem: error && `${name} ${error.issues[0]?.message}` };
  });
  const problems = read.flatMap(({ problem }) => problem ?? []);
  if (environment.FILES === "on" && !environment.FILES_FOLDER)
    problems.push("FILES_FOLDER is missing: set it, or set FILES to off");
  if (problems.length > 0) throw new SettingsError([...problems, ...others()]);
  // Holds what each schema of the table read.
  return Object.fromEntries(read.map(({ name, data }) => [name, data])) as ServerSettings;
}
