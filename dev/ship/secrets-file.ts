import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";
import { CommandError } from "../config.ts";
import { readText } from "../text.ts";

/** Secrets by their names. */
export type Secrets = Readonly<Record<string, string>>;

const Texts = z.record(z.string(), z.string());

/**
 * Reads a file of secrets, JSON or dotenv, without those that are empty. Throws {@link CommandError} with the first wrong
 * line, which quotes nothing of it.
 */
export async function readSecrets(file: string): Promise<Secrets> {
  const text = await readText(file).catch((error: unknown) => {
    throw error instanceof CommandError ? error : new CommandError(`--secrets-file: ${file} cannot be read.`);
  });
  const told = `--secrets-file: ${file}`;
  const isJson = /^\s*[{[]/.test(text);
  const fault = isJson ? undefined : faultOf(text);
  if (fault) throw new CommandError(`${told}, line ${text.slice(0, fault.at).split("\n").length}: ${fault.says}`);
  const secrets = Texts.safeParse(isJson ? jsonIn(text) : parseEnv(text));
  if (!secrets.success) throw new CommandError(`${told} is neither JSON of texts nor lines of NAME=value.`);
  return Object.fromEntries(Object.entries(secrets.data).filter(([, value]) => value !== ""));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words would quote the file.
    return undefined;
  }
}

const space = String.raw`[^\S\n]*`;
const quoted = `${space}(?:"[^"]*"|'[^']*'|\`[^\`]*\`)${space}`;
const bare = String.raw`(?!${space}["'\`])[^\r\n#]*(?=\r?\n|\r?$|(?<=\s)#)`;
const entry = new RegExp(
  String.raw`${space}(?:(?:export\s+)?([A-Za-z_]\w*)${space}=(?:${quoted}|${bare}))?(?:#.*)?${space}(?:\n|$)`,
  "y",
);

/** The first line that Node's parser would leave out, shorten or replace, as it does silently. */
function faultOf(text: string): { at: number; says: string } | undefined {
  const names = new Set<string>();
  for (let at = 0; at < text.length; at = entry.lastIndex) {
    entry.lastIndex = at;
    const found = entry.exec(text);
    if (!found) return { at, says: "is no NAME=value. A value with # or a quote in it needs other quotes around it." };
    const [, name] = found;
    if (name !== undefined && names.has(name)) return { at, says: `${name} is there twice.` };
    if (name !== undefined) names.add(name);
  }
  return undefined;
}

/**
 * Does some work with a file of these secrets for wrangler, which is gone afterwards. It is JSON: of lines, wrangler replaces
 * each value that the environment has by the environment's, and each `$` with what follows it.
 */
export async function withSecretsFile<T>(
  secrets: Secrets | undefined,
  work: (file: string | undefined) => Promise<T>,
): Promise<T> {
  if (secrets === undefined) return work(undefined);
  const folder = await mkdtemp(join(tmpdir(), "plinth-secrets-"));
  // Also where a second signal ends the command before it has tidied up.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  try {
    const file = join(folder, "secrets.json");
    await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
    return await work(file);
  } finally {
    process.off("exit", remove);
    remove();
  }
}
