import { CommandError, describeDatabase } from "../config.ts";
import { isMigrated, ownedBy } from "../migrations/records.ts";
import type { LocalDatabase } from "./database.ts";

export type Target = {
  /** The environment of the database: `production`, `staging` or `development`; none means this machine. */
  env?: string | undefined;
  /** `npm run dev` means one for development, and fills it with accounts whose passwords it prints. */
  isDev?: boolean | undefined;
};

/** Throws {@link CommandError} where `url` may not be meant, before anybody connects to it. */
export function refuseUnnamed(url: string, isOfEnvironment: boolean, { env, isDev }: Target): void {
  if (env !== undefined && env !== "development" && !isOfEnvironment) {
    throw new CommandError(`--env ${env} takes DATABASE_URL from the environment, and never from .dev.vars: pass it.`);
  }
  if (env === undefined && !isDev && !isLocal(url)) {
    throw new CommandError(
      `${describeDatabase(url)} is not on this machine. Say whose it is: --env production, --env staging, or --env development ` +
        "for one of your own.",
    );
  }
}

/** True if the database's address is on this machine. */
export function isLocal(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\//.test(describeDatabase(url));
}

/** Throws {@link CommandError} where the database says that it is another environment's than the one that is meant. */
export async function refuseOther(database: LocalDatabase, url: string, { env, isDev }: Target): Promise<void> {
  const meant = env ?? "development";
  const { owner, isMigrated } = await ownerOf(database);
  if (owner !== undefined && owner !== meant) {
    const say = env === undefined ? `Say that you mean it: --env ${owner}.` : "Check DATABASE_URL.";
    throw new CommandError(
      `${describeDatabase(url)} is the database of ${owner}, not of ${meant}. ${say} Where it is a copy that is for ${meant} ` +
        `now: comment on schema drizzle is 'plinth: ${meant}'.`,
    );
  }
  if (isDev && owner === undefined && isMigrated && !isLocal(url)) {
    throw new CommandError(
      `${describeDatabase(url)} does not say whose it is. Where it is for development: npm run db:migrate -- --env development.`,
    );
  }
}

/** Has the database say from now on whose it is. */
export async function setOwner(database: LocalDatabase, env: string): Promise<void> {
  await database.run({ query: ownedBy(env), params: [] });
}

/** The environment that the database belongs to by its own word, and whether it was migrated. */
export async function ownerOf(database: LocalDatabase): Promise<{ owner: string | undefined; isMigrated: boolean }> {
  const query = "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'drizzle'";
  const { rows } = await database.run({ query, params: [] });
  return {
    owner: /^plinth: (\w+)$/.exec(rows[0]?.[0] ?? "")?.[1],
    isMigrated: await isMigrated({ run: (text) => database.run({ query: text, params: [] }) }),
  };
}

/** The value of `--env`; throws {@link CommandError} for any but the three. */
export function environment(env: string | undefined): string | undefined {
  if (env === undefined || /^(production|staging|development)$/.test(env)) return env;
  throw new CommandError("--env is production, staging or development.");
}
