import { glob } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { type Setting, settingsTable } from "../../../src/settings.ts";
import { git } from "../../git.ts";
import { readText } from "../../text.ts";
import { type CheckLine, checkLines, unknown } from "../line.ts";

/** Modules of Node that are missing in a deployed Worker, or are there and throw. */
const absent = new Set(
  "child_process cluster dgram domain http2 inspector repl sea sqlite test trace_events v8 vm wasi worker_threads".split(
    " ",
  ),
);
/** The most that PBKDF2 of a deployed Worker takes. */
const iterationCap = 100_000;
/** The most that scrypt of a deployed Worker takes, as N · r · p. */
const scryptCap = 2 ** 20;

type Source = { file: string; text: string };

/** Finds calls that work in Node and in a local workerd, and fail in a deployed Worker. `bundle` is the text of the upload. */
export async function sourceLines(project: string, bundle: string): Promise<CheckLine[]> {
  const sources: Source[] = [];
  for await (const file of glob("src/**/*.ts", { cwd: project })) {
    sources.push({ file, text: await readText(join(project, file)) });
  }
  return [
    ...checkLines(
      "PBKDF2",
      sources.flatMap(iterationFaults),
      `at most ${iterationCap.toLocaleString("en")} iterations`,
    ),
    ...checkLines("scrypt", sources.flatMap(scryptFaults), "within the cap on N · r · p"),
    ...checkLines(
      "Node APIs",
      [...moduleFaults(bundle), ...sources.flatMap(evalFaults)],
      "the bundle imports none that is missing",
    ),
    ...(await secretLines(project)),
  ];
}

const number = String.raw`(\d[\d_]*(?:\s*(?:\*\*|\*|<<)\s*\d[\d_]*)?)`;

/** The value of a literal such as 600_000 or 2 ** 17. */
function literalValue(literal: string): number {
  const [, left = "", operator, right = "0"] = /^(\d[\d_]*)(?:\s*(\*\*|\*|<<)\s*(\d[\d_]*))?$/.exec(literal) ?? [];
  const [one, other] = [Number(left.replaceAll("_", "")), Number(right.replaceAll("_", ""))];
  if (operator === "**") return one ** other;
  if (operator === "*") return one * other;
  return operator === "<<" ? one * 2 ** other : one;
}

function iterationFaults({ file, text }: Source): string[] {
  const calls = [
    ...text.matchAll(
      new RegExp(String.raw`\bpbkdf2(?:Sync)?\((?:[^(),]|\([^()]*\))*,(?:[^(),]|\([^()]*\))*,\s*${number}\s*,`, "g"),
    ),
    ...text.matchAll(new RegExp(String.raw`["']PBKDF2["'][^}]*?\biterations:\s*${number}`, "g")),
    ...text.matchAll(new RegExp(String.raw`\biterations:\s*${number}[^}]*?["']PBKDF2["']`, "g")),
  ];
  return calls
    .map(([, literal = ""]) => literalValue(literal))
    .filter((iterations) => iterations > iterationCap)
    .map((iterations) => `${file} asks for ${iterations.toLocaleString("en")} iterations, which throws there`);
}

function scryptFaults({ file, text }: Source): string[] {
  if (!/\bscrypt(Sync)?\b/.test(text)) return [];
  return [...text.matchAll(/\{[^{}]*\}/g)].flatMap(([options]) => {
    const of = (...names: string[]) => {
      const [, literal] = new RegExp(String.raw`\b(?:${names.join("|")}):\s*${number}\s*[,}]`).exec(options) ?? [];
      return literal === undefined ? undefined : literalValue(literal);
    };
    const log = of("ln");
    const cost = of("N", "cost") ?? (log === undefined ? undefined : 2 ** log);
    // An upper bound of what is accepted from elsewhere has a bound on the work of its own.
    if (cost === undefined || of("work") !== undefined) return [];
    const work = cost * (of("r", "blockSize") ?? 8) * (of("p", "parallelization") ?? 1);
    return work > scryptCap
      ? [`${file} asks for N · r · p = ${work.toLocaleString("en")}, over ${scryptCap.toLocaleString("en")}`]
      : [];
  });
}

function moduleFaults(bundle: string): string[] {
  const names = [...bundle.matchAll(/\b(?:from|import|import\(|require\()\s*["'](?:node:)?([\w/]+)["']/g)].map(
    ([, name = ""]) => name,
  );
  return [...new Set(names)]
    .filter((name) => isBuiltin(`node:${name}`) && absent.has(name.split("/")[0] ?? ""))
    .map((name) => `node:${name} is imported, which a deployed Worker does not have`);
}

function evalFaults({ file, text }: Source): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return /(?<![\w.])(eval\(|new Function\()/.test(code)
    ? [`${file} makes code at run time, which a Worker refuses`]
    : [];
}

async function secretLines(project: string): Promise<CheckLine[]> {
  const name = "committed secrets";
  const listed = await git(project, "ls-files", "-z").catch(() => undefined);
  // In a checkout that another user owns, for one.
  if (listed === undefined) return [unknown(name, "git does not tell what it has: git status says why")];
  const faults = await committedSecrets(project, listed.split("\0"));
  return checkLines(name, faults, "git has no .dev.vars, no .env, and no JSON of secrets");
}

async function committedSecrets(project: string, files: readonly string[]): Promise<string[]> {
  const named = files.filter((file) => /\.(dev\.vars|env|env\..*)$/.test(file) && !file.endsWith(".example"));
  const json = files.filter((file) => file.endsWith(".json"));
  const hold = await Promise.all(
    json.map(async (file) => holdsSecrets(await readText(join(project, file)).catch(() => ""))),
  );
  return [...named, ...json.filter((_, place) => hold[place])].map(
    (file) => `git has ${file}: take it out, and replace the secrets in it`,
  );
}

const secretNames = Object.entries<Setting>(settingsTable).flatMap(([name, { kind }]) =>
  kind === "secret" ? name : [],
);

/** JSON as `--secrets-file` and wrangler take it. */
function holdsSecrets(text: string): boolean {
  if (!secretNames.some((name) => text.includes(`"${name}"`))) return false;
  try {
    const found: unknown = JSON.parse(text);
    const value = (name: string) =>
      typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined;
    return secretNames.map(value).some((secret) => typeof secret === "string" && secret !== "");
  } catch {
    return false;
  }
}
