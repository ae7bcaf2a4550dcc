import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { CommandError, describeDatabase } from "../config.ts";
import { Progress } from "../interruption.ts";
import { explained } from "../local/explained.ts";
import { postgres } from "../local/postgres.ts";
import { ownerOf, setOwner } from "../local/target.ts";
import { migrate } from "../migrations/migrate.ts";
import { makeWorkerRole } from "../migrations/worker-role.ts";
import { withSecretsFile } from "../ship/secrets-file.ts";
import { type EnvironmentVariables, lastWords, type Wrangler, wranglerIn } from "../ship/wrangler.ts";
import { checkPreviewBindings, previewEnvironment } from "./bindings.ts";
import { type Neon, type NeonBranch, openNeon } from "./neon.ts";

export type PreviewOptions = {
  project: string;
  variables: EnvironmentVariables;
  log: (line: string) => void;
  /** Hears of each stage, and tells where a signal ends this; by default none does. */
  progress?: Progress;
};

const prefix = "preview/";

/** Makes a preview, or brings it up to date: a branch of the database, and a Worker that has it. Returns its URL. */
export async function previewUp(name: string, options: PreviewOptions): Promise<string> {
  const { project, variables, log, progress = new Progress() } = options;
  const slug = slugOf(name);
  checkPreviewBindings(project);
  const neon = openNeon(variables, progress.stop);
  progress.at({ doing: "looking for its branch" });
  const known = (await neon.branches()).find((branch) => branch.name === prefix + slug);
  const next = [`Finish: npm run preview -- up ${slug}`, `Back: npm run preview -- down ${slug}`];
  if (!known) {
    const perhaps = `the branch ${prefix}${slug} is made at Neon.`;
    progress.at({ next, doing: "making a branch of the database", perhaps });
  }
  const branch =
    known ??
    (await neon.create(prefix + slug, variables.NEON_PREVIEW_PARENT).catch((error: Error) => {
      throw new CommandError(`${error.message}\nIf the branch was made all the same: npm run preview -- down ${slug}`);
    }));
  const found = `${known ? "Found" : "Made"} the branch ${branch.name} of the database.`;
  log(found);
  progress.did(found);
  const left = `The branch ${branch.name} is left at Neon: npm run preview -- down ${slug}`;
  try {
    progress.at({ next, doing: `migrating the branch ${branch.name}`, perhaps: "some migrations are applied to it." });
    const url = await prepareDatabase(await neon.connectionString(branch.id), project, { log, stop: progress.stop });
    progress.did("The branch is migrated.");
    progress.at({ next, doing: "uploading the Worker", perhaps: `the Worker of the preview ${slug} is made.` });
    return await uploadPreview(slug, url, wranglerIn(project, variables, progress.stop), log);
  } catch (error) {
    if (!(error instanceof IsForeign))
      throw new CommandError(`${error instanceof Error ? error.message : error}\n${left}`);
    const perhaps = `it is removed, and the copy of the data with it.`;
    progress.at({ next: next.slice(1), doing: `removing the branch ${branch.name} again`, perhaps });
    await neon.remove(branch.id);
    throw new CommandError(`${error.message} The branch was removed again.`);
  }
}

/** Removes the Worker of a preview, and then its branch. Goes on where one of them is gone already. */
export async function previewDown(name: string, options: PreviewOptions): Promise<void> {
  const { project, variables, log, progress = new Progress() } = options;
  const slug = slugOf(name);
  const neon = openNeon(variables, progress.stop);
  progress.at({ doing: "looking for its branch" });
  const branch = (await neon.branches()).find((one) => one.name === prefix + slug);
  const next = [`Finish: npm run preview -- down ${slug}`];
  await remove(slug, branch, neon, wranglerIn(project, variables, progress.stop), { log, progress, next });
}

/** Removes the previews that are older than `days`. */
export async function previewSweep(days: number, options: PreviewOptions): Promise<void> {
  const { project, variables, log, progress = new Progress() } = options;
  const neon = openNeon(variables, progress.stop);
  const wrangler = wranglerIn(project, variables, progress.stop);
  progress.at({ doing: "looking for old branches" });
  const before = Date.now() - days * 86_400_000;
  const branches = (await neon.branches()).filter(({ name }) => name.startsWith(prefix));
  const old = branches.filter(({ created_at }) => created_at.getTime() < before);
  const faults: string[] = [];
  for (const branch of old) {
    const slug = branch.name.slice(prefix.length);
    const next = [`Finish: npm run preview -- sweep --days ${days}`];
    await remove(slug, branch, neon, wrangler, { log, progress, next }).catch((error: Error) =>
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
async function prepareDatabase(
  url: string,
  project: string,
  { log, stop }: { log: (line: string) => void; stop: AbortSignal },
): Promise<string> {
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
    // Keeps a deploy from taking it for the database of staging, also where this ends in the middle.
    await setOwner(database, "preview");
    await migrate(database, { folder: join(project, "drizzle"), log, stop });
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
  const secrets = { DATABASE_URL: url, SECRET_KEY: randomBytes(32).toString("base64") };
  return withSecretsFile(secrets, async (file) => {
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
  });
}

/** Cloudflare's codes for a preview and a Worker that are not there. An account that is not found leaves the preview. */
const isOfNoPreview = /\[code: (10025|10007|10090)\]/;

async function remove(
  slug: string,
  branch: NeonBranch | undefined,
  neon: Neon,
  wrangler: Wrangler,
  { log, progress, next }: { log: (line: string) => void; progress: Progress; next: string[] },
): Promise<void> {
  progress.at({ next, doing: `removing the Worker of the preview ${slug}`, perhaps: "the Worker is gone." });
  const ran = await wrangler(
    "preview",
    "delete",
    `--env=${previewEnvironment}`,
    `--name=${slug}`,
    "--skip-confirmation",
  );
  const isGone = ran.code !== 0 && isOfNoPreview.test(ran.said);
  if (ran.code !== 0 && !isGone) {
    throw new CommandError(
      `The Worker of the preview ${slug} was not removed, and its branch stays with it:\n${lastWords(ran)}`,
    );
  }
  if (branch) {
    progress.did(`The Worker of the preview ${slug} is gone.`);
    progress.at({ next, doing: `removing the branch ${branch.name}`, perhaps: "the branch is gone." });
    await neon.remove(branch.id);
  }
  progress.did(`The preview ${slug} is gone.`);
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
