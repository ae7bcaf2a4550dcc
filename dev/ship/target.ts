import { join } from "node:path";
import { CommandError, checkedUrl, describeDatabase } from "../config.ts";
import { git } from "../git.ts";
import { isLocal } from "../local/target.ts";
import { checkFiles } from "../migrations/check-files.ts";
import { refuseMissing } from "./given.ts";
import type { EnvironmentVariables } from "./wrangler.ts";
import { readEnvironment, type WorkerConfig } from "./wrangler-toml.ts";

/** The place that a deploy goes to, which nobody has connected to yet. */
export type ShipTarget = {
  project: string;
  env: "staging" | "production";
  /** The name of its Worker. */
  worker: string;
  config: WorkerConfig;
  /** The connection string of its database's owner. */
  databaseUrl: string;
  /** The first twelve digits of the commit. */
  commit: string;
};

export type TargetOptions = {
  project: string;
  env: string | undefined;
  variables: EnvironmentVariables;
  /** True in tests alone: no option and no variable sets it. */
  mayBeLocal?: boolean;
};

const usage = "npm run ship -- production, or staging";

/** Finds the target, or throws {@link CommandError} with the reason for which nothing may be deployed. Changes nothing. */
export async function readTarget({ project, env, variables, mayBeLocal = false }: TargetOptions): Promise<ShipTarget> {
  if (env !== "production" && env !== "staging") {
    throw new CommandError(`Name the environment: ${usage}. Without one, wrangler would make a Worker of neither.`);
  }
  // Nobody can sign in there.
  if (variables.GITHUB_ACTIONS) refuseMissing(["DATABASE_URL", "CLOUDFLARE_API_TOKEN"], variables, env);
  const databaseUrl = variables.DATABASE_URL;
  if (!databaseUrl) {
    throw new CommandError(`DATABASE_URL is not set: pass that of ${env}, whose migrations come before its Worker.`);
  }
  checkedUrl("DATABASE_URL", databaseUrl);
  if (isLocal(databaseUrl) && !mayBeLocal) {
    throw new CommandError(
      `DATABASE_URL names ${describeDatabase(databaseUrl)}, which a deployed Worker cannot reach: pass that of ${env}.`,
    );
  }
  const config = configOf(project, env);
  const commit = await committed(project);
  await checkFiles(join(project, "drizzle"));
  return { project, env, worker: config.name, config, databaseUrl, commit };
}

/** The configuration of an environment. Throws {@link CommandError} where it would not be that environment's Worker. */
function configOf(project: string, env: string): WorkerConfig & { name: string } {
  const config = readEnvironment(project, env);
  const { name, vars } = config;
  if (!name) throw new CommandError(`wrangler.toml gives the Worker of ${env} no name.`);
  if (vars.ENVIRONMENT !== env) {
    throw new CommandError(`wrangler.toml has ENVIRONMENT = "${vars.ENVIRONMENT}" in ${env}: make it "${env}".`);
  }
  return { ...config, name };
}

/** Throws {@link CommandError} where the tree is no longer that of the commit. `state` says what was done until now. */
export async function refuseMoved({ project, commit }: ShipTarget, state: string): Promise<void> {
  const now = await committed(project).catch((error: Error) => error);
  if (now === commit) return;
  const found = now instanceof Error ? now.message : `HEAD is ${now} now.`;
  throw new CommandError(`The project's folder is no longer that of ${commit}. ${found}\n${state}`);
}

/** The commit of a tree without changes. */
async function committed(project: string): Promise<string> {
  const head = await git(project, "rev-parse", "--short=12", "HEAD");
  if (!head) throw new CommandError("There is no commit: a deploy is one, so that you can come back to it.");
  const status = await git(project, "status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=none");
  if (status === undefined) throw new CommandError("git status fails here, so nobody knows what would be deployed.");
  const changed = status.trimEnd().split("\n").filter(Boolean);
  if (changed.length === 0) return head.trim();
  const more = changed.length > 5 ? `\n  and ${changed.length - 5} more` : "";
  throw new CommandError(
    `Commit first, so that what runs can be found again:\n${changed.slice(0, 5).join("\n")}${more}`,
  );
}
