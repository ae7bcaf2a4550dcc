import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { isPostgresUrl } from "../src/security/postgres-url.ts";

export const projectFolder = join(import.meta.dirname, "..");

/**
 * Everything that a developer's machine keeps between two starts: git ignores it. `PLINTH_DATA` names another folder.
 */
export const dataFolder = process.env.PLINTH_DATA || join(projectFolder, ".plinth");

/**
 * The files of a front end, which the Worker's assets take in: those of the folder that `FRONT_END` names ("" for
 * none), or of the example if it was built.
 */
export const frontEndFolder =
  process.env.FRONT_END === "" ? undefined : resolve(projectFolder, process.env.FRONT_END ?? "examples/web/dist");

/** True if there is a front end to serve at the root. */
export function hasFrontEnd(): boolean {
  return frontEndFolder !== undefined && existsSync(join(frontEndFolder, "index.html"));
}

/** The developer's own bindings, from `.dev.vars`. */
export async function devVars(): Promise<Record<string, string>> {
  const bytes = await readFile(join(projectFolder, ".dev.vars")).catch(() => Buffer.alloc(0));
  if (!isUtf8(bytes)) throw new CommandError(".dev.vars is not UTF-8.");
  const entries = Object.entries(parseEnv(bytes.toString()));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** The Postgres that the environment or `.dev.vars` names; undefined means the kept one. */
export async function databaseUrl(): Promise<string | undefined> {
  const url = process.env.DATABASE_URL || (await devVars()).DATABASE_URL || undefined;
  return url && checkedUrl("DATABASE_URL", url);
}

/** The connection string of a variable. Throws {@link CommandError}, without quoting it, for one that others could read differently. */
export function checkedUrl(name: string, url: string): string {
  if (isPostgresUrl(url)) return url;
  throw new CommandError(
    `${name} must be postgres://user:password@host/database, percent-encoded, with no host, port, user, password or database among its parameters. A socket is written as @%2Fpath%2Fto%2Fit/database.`,
  );
}

/** The location of a database, without its password. */
export function describeDatabase(url: string): string {
  const [, host = "", name = ""] = /^\w+:\/\/(?:[^/?#]*@)?([^/?#]*)\/?([^?#]*)/.exec(url) ?? [];
  return `${host || "localhost"}/${name}`;
}

/** Thrown for what the developer can put right; its message is the sentence that tells how. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/**
 * Ends this process with the sentence of a {@link CommandError}, or of unknown options, or with the whole of any other
 * error. To `--help` it answers the comment at the head of the command's file.
 */
export function failWith(error: unknown): never {
  const isOption = error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
  const [file = "", ...given] = process.argv.slice(1);
  if (isOption && given.some((one) => one === "--help" || one === "-h")) {
    console.log(headComment(readFileSync(file).toString()));
    process.exit(0);
  }
  const sentence = isOption
    ? `${error.message}\nFor its options: --help.`
    : error instanceof CommandError && error.message;
  console.error(sentence || error);
  process.exit(1);
}

/** The words of the comment with which a file begins. */
function headComment(source: string): string {
  const [, comment = ""] = /^\/\*\*(.*?)\*\//s.exec(source) ?? [];
  const lines = comment.split("\n").map((line) => line.replace(/^ *\* ?/, "").trim());
  return lines.join("\n").replaceAll("`", "").trim();
}
