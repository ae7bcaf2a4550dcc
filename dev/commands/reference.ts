/** `npm run reference`: writes what the docs list out of the code that decides it. `--check` only compares. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Setting, settingsTable } from "../../src/settings.ts";
import { failWith, Problem, projectFolder } from "../config.ts";

/** The text of each file that this writes. */
export const reference: Record<string, () => string> = {
  "docs/settings.md": settingsPage,
  ".dev.vars.example": exampleVars,
};

const settings = Object.entries<Setting>(settingsTable);

function settingsPage(): string {
  const rows = settings.map(([name, { kind, needed, meaning, ...setting }]) => [
    `\`${name}\``,
    kind,
    setting.default ? setting.default.split(", ").map(code).join(", ") : "–",
    needed ?? "nobody",
    meaning,
  ]);
  return `# Settings

Made by \`npm run reference\` from the table in \`src/settings.ts\`: change it there.

\`npm run dev\` makes what it needs, and \`.dev.vars\` (see \`.dev.vars.example\`) overrides it. In production, variables are in
\`wrangler.toml\`, and secrets are set with \`npx wrangler secret put NAME\`. When settings are missing, invalid or
contradict each other, every route but \`/health\` answers 503 and the log names all of them, never their values. An empty
text counts as missing.

${table(["setting", "kind", "default", "who must set it", "what it is"], rows)}

\`npm run dev\` also reads \`PORT\` (8787), \`PLINTH_DATA\` (the data folder) and \`DATABASE_URL\` (another PostgreSQL, or Neon) from
the environment.
`;
}

function exampleVars(): string {
  const told = settings
    .filter(([, { kind }]) => kind !== "binding")
    .map(([name, { kind, meaning, example, ...setting }]) => {
      const comment = `${kind === "secret" ? "Secret. " : ""}${meaning}`.replaceAll("`", "");
      const value = example ?? setting.default ?? "";
      const quote = value.includes('"') ? "'" : '"';
      return `${wrapped(comment)}\n# ${name}=${quote}${value}${quote}\n`;
    });
  return `# Settings for your own machine: copy to .dev.vars, which git ignores, and change what you need.
# \`npm run dev\` makes every value that is not here. In production, variables are in wrangler.toml and
# secrets are set with \`npx wrangler secret put NAME\`. Made by \`npm run reference\`.

${told.join("\n")}`;
}

/** A table in Markdown, its columns aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = " ") =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  const rule = line(
    head.map(() => ""),
    "-",
  );
  return [line(head), rule, ...rows.map((row) => line(row))].join("\n");
}

/** A comment in lines of at most 110 characters. */
function wrapped(comment: string): string {
  const lines = comment.split(" ").reduce<string[]>((all, word) => {
    const [line = "#", ...before] = all;
    const longer = `${line} ${word}`;
    return longer.length <= 110 ? [longer, ...before] : [`# ${word}`, line, ...before];
  }, []);
  return lines.toReversed().join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  for (const [name, write] of Object.entries(reference)) {
    const file = join(projectFolder, name);
    if (!values.check) await writeFile(file, write());
    else if ((await readFile(file, "utf8").catch(() => "")) !== write()) {
      throw new Problem(`${name} is stale: run npm run reference.`);
    }
  }
  if (!values.check) console.log(`Written: ${Object.keys(reference).join(", ")}.`);
}

if (import.meta.main) await main().catch(failWith);
