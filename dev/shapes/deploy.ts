import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { projectFolder } from "../config.ts";
import { shellWord } from "../terminal.ts";
import type { BuiltWorker } from "./build.ts";

/** Writes a script that deploys all Workers, each called before its callers, and says how to use it. */
export async function deployScript(built: readonly BuiltWorker[], folder: string): Promise<string> {
  const script = join(folder, "deploy.sh");
  await writeFile(script, scriptOf(built), { mode: 0o755 });
  return [
    "",
    ...built.map(deployOf),
    "",
    `All of them, the router last:        sh ${shown(script)}`,
    `With secrets, as at the first time:  SECRETS=FILE sh ${shown(script)}`,
    `Where one Worker has served so far:  SECRETS=FILE BASE=last sh ${shown(script)}`,
    "There, too, the parts are new and have no secrets yet.",
  ].join("\n");
}

/** Exits with the wrong line, told as `npm run ship` tells it. */
const asJson = [
  'import { readSecrets } from "./dev/ship/secrets-file.ts";',
  "const fail = ({ message }) => { console.error(message); process.exit(1); };",
  "console.log(JSON.stringify(await readSecrets(process.argv[1]).catch(fail)));",
].join(" ");

/** Of a file of lines, wrangler would replace values by those of the environment, such as the owner's DATABASE_URL. */
const secretsAsJson = [
  'if [ -n "$SECRETS" ]; then',
  "  made=$(mktemp)",
  "  trap 'rm -f \"$made\"' EXIT",
  "  trap 'exit 1' HUP INT TERM",
  `  node --input-type=module --eval '${asJson}' "$SECRETS" >"$made"`,
  "  SECRETS=$made",
  "fi",
];

/** The script. Its arguments go to each deploy; no secret goes to the router, which needs none. */
function scriptOf(built: readonly BuiltWorker[]): string {
  const secrets = `\${SECRETS:+--secrets-file "$SECRETS"}`;
  const commands = built.map((worker) => ({
    part: worker.part,
    command: `${deployOf(worker)}${worker.part === "router" ? "" : ` ${secrets}`} "$@"`,
  }));
  const base = commands.filter(({ part }) => part === "base").map(({ command }) => `  ${command}`);
  return [
    "#!/bin/sh",
    "# Made by npm run build. Run it in the project's folder.",
    "set -e",
    ...secretsAsJson,
    "base() {",
    ...base,
    "}",
    '[ "$BASE" = last ] || base "$@"',
    ...commands.flatMap(({ part, command }) => (part === "base" ? [] : command)),
    '[ "$BASE" != last ] || base "$@"',
    "",
  ].join("\n");
}

function deployOf({ folder }: Pick<BuiltWorker, "folder">): string {
  return `npx wrangler deploy --config ${shown(`${folder}/wrangler.json`)}`;
}

function shown(path: string): string {
  return shellWord(relative(projectFolder, path).replaceAll("\\", "/"));
}
