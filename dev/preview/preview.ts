import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError, describeDatabase } from "../config.ts";
import { explained } from "../local/explained.ts";
import { postgres } from "../local/postgres.ts";
import { ownerOf, setOwner } from "../local/target.ts";
import { migrate } from "../migrations/migrate.ts";
import { makeWorkerRole } from "../migrations/worker-role.ts";
import { type EnvironmentVariables, lastWords, type Wrangler, wranglerIn } from "../ship/wrangler.ts";
import { checkPreviewBindings, previewEnvironment } from "./bindings.ts";
import { type Neon, type NeonBranch, openNeon } from "./neon.ts";

export type PreviewOptions = { project: string; variables: EnvironmentVariables; log: (line: string) => void };

const prefix = "preview/";

/** Makes a preview, or brings it up to date: a branch of the database, and a Worker that has it. Returns its URL. */
export async function previewUp(name: string, { project, variables, log }: PreviewOptions): Promise<string> {
  const slug = slugOf(name);
  checkPreviewBindings(project);
  const neon = openNeon(variables);
  const known = (await neon.branches()).find((branch) => branch.name === prefix + slug);
  const branch = known ?? (await neon.create(prefix + slug, variables.NEON_PREVIEW_PARENT));
  log(`${known ? "Found" : "Made"} the branch ${branch.name} of the database.`);
  const left = `The branch ${branch.name} is left at Neon: npm run preview -- down ${slug}`;
  try {
    const url = await prepareDatabase(await neon.connectionString(branch.id), project, log);
    return await uploadPreview(slug, url, wranglerIn(project, variables), log);
  } catch (error) {
    if (!(error instanceof IsForeign))
      throw new CommandError(`${error instanceof Error ? error.message : error}\n${left}`);
    await neon.remove(branch.id);
    throw new CommandError(`${error.message} The branch was removed again.`);
  }
}

/** Removes the Worker of a preview, and then its branch. Goes on where one of them is gone already. */
export async function previewDown(name: string, { project, variables, log }: PreviewOptions): Promise<void> {
  const slug = slugOf(name);
  const neon = openNeon(variables);
  const branch = (await neon.branches()).find((one) => one.name === prefix + slug);
  await remove(slug, branch, neon, wranglerIn(project, variables), log);
}

/** Removes the previews that are older than `days`. */
export async function previewSweep(days: number, { project, variables, log }: PreviewOptions): Promise<void> {
  const neon = openNeon(variables);
  const before = Date.now() - days * 86_400_000;
  const branches = (await neon.branches()).filter(({ name }) => name.startsWith(prefix));
  const old = branches.filter(({ created_at }) => created_at.getTime() < before);
  const faults: string[] = [];
  for (const branch of old) {
    const slug = branch.name.slice(prefix.length);
    await remove(slug, branch, neon, wranglerIn(project, variables), log).catch((error: Error) =>
      faults.push(error.message),
    );
  }
  log(`${old.length - faults.length} of ${branches.length} previews were older than ${days} days, and are removed.`);
  if (faults.length > 0) throw new CommandError(faults.join("\n"));
}

/** The database of a branch is a copy of one that previews may not have. */
class IsForeign extends CommandError {}

/** The owners of databases whose rows a preview may show. */
const shown = [previewEnvironment, "preview"];

/** Migrates the branch, and makes it the preview's own. Returns the connection string of the Worker's role. */
async function prepareDatabase(url: string, project: string, log: (line: string) => void): Promise<string> {
  const database = postgres(url);
  try {
    const { owner } = await ownerOf(database);
    if (owner === undefined || !shown.includes(owner)) {
      const told = owner === undefined ? "one that does not say whose it is" : `that of ${owner}`;
      throw new IsForeign(
        `${describeDatabase(url)} is a copy of ${told}, whose rows may be people's: let NEON_PREVIEW_PARENT name the branch of ` +
          `${previewEnvironment}, which says so after npm run db:migrate -- --env ${previewEnvironment}.`,
      );
    }
    // Keeps a deploy from taking it for the database of staging.
    await migrate(database, { folder: join(project, "drizzle"), log });
    await setOwner(database, "preview");
    const { name, password } = await makeWorkerRole(database, { newPassword: true });
    const worker = new URL(url);
    worker.username = encodeURIComponent(name);
    worker.password = password ?? "";
    return worker.href;
  } catch (error) {
    throw explained(error, describeDatabase(url));
  } finally {
    await database.close();
  }
}

async function uploadPreview(
  slug: string,
  url: string,
  wrangler: Wrangler,
  log: (line: string) => void,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-preview-"));
  const file = join(folder, "secrets.json");
  const secrets = { DATABASE_URL: url, SECRET_KEY: randomBytes(32).toString("base64") };
  try {
    await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
    const ran = await wrangler(
      "preview",
      `--env=${previewEnvironment}`,
      `--name=${slug}`,
      `--secrets-file=${file}`,
      "--ignore-base-config",
    );
    if (ran.code !== 0) throw new CommandError(`The Worker of the preview was not made:\n${lastWords(ran)}`);
    const urls = ran.events.flatMap(({ preview_urls }) =>
      Array.isArray(preview_urls) ? preview_urls.map(String) : [],
    );
    const [first = ""] = urls;
    log(`The preview ${slug} is at ${first || "no URL: enable preview_urls of the Worker"}.`);
    return first;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function remove(
  slug: string,
  branch: NeonBranch | undefined,
  neon: Neon,
  wrangler: Wrangler,
  log: (line: string) => void,
): Promise<void> {
  const ran = await wrangler(
    "preview",
    "delete",
    `--env=${previewEnvironment}`,
    `--name=${slug}`,
    "--skip-confirmation",
  );
  const isGone = ran.code !== 0 && /\b(10025|10007|10090)\b|not found/i.test(ran.said);
  if (ran.code !== 0 && !isGone) {
    throw new CommandError(
      `The Worker of the preview ${slug} was not removed, and its branch stays with it:\n${lastWords(ran)}`,
    );
  }
  if (branch) await neon.remove(branch.id);
  log(`The preview ${slug} is gone${isGone && !branch ? " already" : ""}.`);
}

const longest = 40;

/** The name of a git branch as both Neon and Cloudflare take it. One that had to be changed gets a hash, so that no other has it. */
export function slugOf(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (words === "") throw new CommandError("Name the preview: npm run preview -- up my-branch.");
  if (words === name && words.length <= longest) return words;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${words.slice(0, longest - hash.length - 1).replace(/-$/, "")}-${hash}`;
}
