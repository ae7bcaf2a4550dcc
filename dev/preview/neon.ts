import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { CommandError } from "../config.ts";
import { comingFrom, missing, notSet, refuseMissing } from "../ship/given.ts";
import type { EnvironmentVariables } from "../ship/wrangler.ts";

const Branch = z.looseObject({ id: z.string(), name: z.string(), created_at: z.coerce.date() });
const Database = z.looseObject({ name: z.string(), owner_name: z.string() });

export type NeonBranch = z.infer<typeof Branch>;

/** The branches of one project at Neon. */
export type Neon = {
  branches(): Promise<NeonBranch[]>;
  /** Makes a branch of `parent`, an id or a name; of the project's default branch if undefined. */
  create(name: string, parent: string | undefined): Promise<NeonBranch>;
  remove(id: string): Promise<void>;
  /** The connection string of the owner of its first database. */
  connectionString(id: string): Promise<string>;
};

/** The variables that a preview needs. On a developer's machine, wrangler may be signed in without a token. */
const accounts = ["NEON_API_KEY", "NEON_PROJECT_ID", "CLOUDFLARE_API_TOKEN"];

/** The sentence for a repository that has no accounts for previews yet; undefined where it has one of them at least. */
export function withoutAccounts(variables: EnvironmentVariables): string | undefined {
  if (missing(accounts, variables).length < accounts.length) return undefined;
  return `There are no previews here. ${notSet(accounts)}${comingFrom(variables, "preview")}`;
}

/** Statuses of a call that Neon has not begun: it works on the project for another preview, or had too many calls. */
const later: readonly number[] = [423, 429];
/** Milliseconds from one try of such a call to the next, where Neon names none, and for all of them. */
const pause = 1_000;
const patience = 60_000;

/** Throws {@link CommandError} where the key or the project is missing. `stop` ends its calls. */
export function openNeon(variables: EnvironmentVariables, stop?: AbortSignal): Neon {
  const { NEON_API_KEY: key, NEON_PROJECT_ID: id } = variables;
  if (variables.GITHUB_ACTIONS) refuseMissing(accounts, variables, "preview");
  if (!key || !id)
    throw new CommandError("A preview needs NEON_API_KEY and NEON_PROJECT_ID, from the console of Neon.");
  const project = `${variables.NEON_API_BASE_URL || "https://console.neon.tech/api/v2"}/projects/${id}`;

  async function respond(method: string, path: string, body: unknown): Promise<Response> {
    for (const until = performance.now() + patience; ; ) {
      const response = await fetch(`${project}${path}`, {
        method,
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", Accept: "application/json" },
        signal: AbortSignal.any([AbortSignal.timeout(30_000), ...(stop ? [stop] : [])]),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch((error: Error) => {
        throw new CommandError(`Neon cannot be reached: ${error.message}.`);
      });
      const wait = Number(response.headers.get("Retry-After")) * 1_000 || pause;
      if (!later.includes(response.status) || performance.now() + wait > until) return response;
      await response.body?.cancel();
      await delay(wait, undefined, { signal: stop });
    }
  }

  async function call<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const response = await respond(method, path, body);
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) {
      const read = schema.safeParse(answer);
      if (read.success) return read.data;
      throw new CommandError(
        `Neon answered ${method} ${path.split("?")[0]} with half a body, or one of an unknown form.`,
      );
    }
    const told = z.looseObject({ message: z.string() }).safeParse(answer);
    throw new CommandError(
      `Neon refused to ${method} ${path.split("?")[0]}: ${told.data?.message ?? response.status}.`,
    );
  }

  // The most that Neon gives at once, and more than a project may have.
  const all = "/branches?limit=10000";
  const branches = async () => (await call("GET", all, z.looseObject({ branches: z.array(Branch) }))).branches;
  return {
    branches,
    async create(name, parent) {
      const found = parent && (await branches()).find((branch) => branch.name === parent || branch.id === parent);
      if (parent && !found) throw new CommandError(`There is no branch ${parent} at Neon.`);
      const branch = { name, ...(found && { parent_id: found.id }) };
      const made = await call("POST", "/branches", z.looseObject({ branch: Branch }), {
        branch,
        endpoints: [{ type: "read_write" }],
      });
      return made.branch;
    },
    remove: async (branch) => void (await call("DELETE", `/branches/${branch}`, z.unknown())),
    async connectionString(branch) {
      const listed = z.looseObject({ databases: z.array(Database) });
      const [first] = (await call("GET", `/branches/${branch}/databases`, listed)).databases;
      if (!first) throw new CommandError(`The branch ${branch} has no database.`);
      const query = new URLSearchParams({ branch_id: branch, database_name: first.name, role_name: first.owner_name });
      return (await call("GET", `/connection_uri?${query}`, z.looseObject({ uri: z.string() }))).uri;
    },
  };
}
