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

/** Reads a file of secrets, JSON or dotenv, without those that are empty. Throws {@link CommandError}, which quotes nothing of it. */
export async function readSecrets(file: string): Promise<Secrets> {
  const text = await readText(file).catch((error: unknown) => {
    throw error instanceof CommandError ? error : new CommandError(`--secrets-file: ${file} cannot be read.`);
  });
  const secrets = Texts.safeParse(valuesIn(text));
  if (!secrets.success)
    throw new CommandError(`--secrets-file: ${file} is neither JSON of texts nor lines of NAME=value.`);
  return Object.fromEntries(Object.entries(secrets.data).filter(([, value]) => value !== ""));
}

function valuesIn(text: string): unknown {
  try {
    return text.trimStart().startsWith("{") ? JSON.parse(text) : parseEnv(text);
  } catch {
    // The parser's own words would quote the file.
    return undefined;
  }
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
