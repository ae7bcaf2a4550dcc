import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { addMigration } from "../../../dev/migrations/journal.ts";
import { emptySnapshot, origin } from "../../../dev/migrations/snapshot.ts";

const config = (more: string) => `main = "index.js"
compatibility_date = "2026-11-01"
${more}
[vars]
ENVIRONMENT = "production"
${["staging", "production"]
  .map(
    (env) =>
      `[env.${env}]\nname = "tiny-${env}"\nvars = { ENVIRONMENT = "${env}" }\nsecrets = { required = ["SECRET_KEY"] }`,
  )
  .join("\n")}
`;

/** A small project in git with one migration, whose Worker is built in a moment. */
export async function tinyProject(more = "") {
  const folder = await mkdtemp(join(tmpdir(), "plinth-tiny-"));
  const git = (...args: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: folder });
  const drizzle = join(folder, "drizzle");
  await mkdir(join(drizzle, "meta"), { recursive: true });
  await writeFile(
    join(drizzle, "meta/_journal.json"),
    JSON.stringify({ version: "7", dialect: "postgresql", entries: [] }),
  );
  let snapshot = { ...(await emptySnapshot()), prevId: origin };
  const migration = async (name: string, sql: string) => {
    const file = await addMigration(drizzle, name, sql, snapshot);
    snapshot = { ...snapshot, id: crypto.randomUUID(), prevId: snapshot.id };
    return file;
  };
  await migration("things", "create table things (id int primary key, title text)");
  await writeFile(join(folder, "wrangler.toml"), config(more));
  await writeFile(join(folder, "package.json"), '{ "name": "tiny", "private": true, "type": "module" }');
  await writeFile(join(folder, ".gitignore"), ".wrangler\n");
  await writeFile(
    join(folder, "index.js"),
    'import { DurableObject } from "cloudflare:workers";\nexport class Counter extends DurableObject {}\nexport default { fetch: () => new Response("ok") };\n',
  );
  await git("init", "-q");
  const commit = async () => {
    await git("add", "-A");
    await git("commit", "-qm", "A change");
    return (await git("rev-parse", "--short=12", "HEAD")).stdout.trim();
  };
  return { folder, git, commit, migration, head: await commit() };
}
