import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { CommandError } from "../config.ts";
import { type EnvironmentVariables, lastWords, type Wrangler } from "./wrangler.ts";

const Answer = z.object({
  success: z.boolean(),
  errors: z.array(z.looseObject({ code: z.number(), message: z.string() })).default([]),
  result: z.unknown(),
});
const Account = z.object({ id: z.string(), name: z.string() });
const Service = z.object({
  default_environment: z.object({ script: z.looseObject({ migration_tag: z.string().nullish() }) }),
});
const Deployment = z.object({ versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })) });
const WorkerVersion = z.object({ annotations: z.record(z.string(), z.string()).nullish() });

/** A part of a Worker's traffic, and the version that gets it. */
export type Share = { version: string; percentage: number };

/** The account that a deploy goes to. Nothing here writes. */
export type Cloudflare = {
  account: z.infer<typeof Account>;
  /** Undefined if there is no such Worker. */
  worker(name: string): Promise<{ migrationTag: string | undefined } | undefined>;
  /** The traffic of the Worker now, the largest share first; empty if nothing is deployed. */
  traffic(name: string): Promise<Share[]>;
  /** The commit that was uploaded with a version, and the message. */
  labelsOf(name: string, version: string): Promise<{ commit: string | undefined; message: string | undefined }>;
  secrets(name: string): Promise<string[]>;
  /** The names of all Workers of the account. */
  workers(): Promise<string[]>;
  /** The domains that lead to the Worker by now. */
  domains(name: string): Promise<string[]>;
  /** The name of the account in `*.workers.dev`. */
  subdomain(): Promise<string | undefined>;
};

const noSuchWorker = [10007, 10090];

/** Milliseconds to wait after too many calls: for an answer that does not say how long, and for all together. */
const [pause, patience] = [5_000, 60_000];

/** An answer of Cloudflare that says nothing of the state that a deploy has left. */
export class UnreadError extends CommandError {}

/** Signs in as wrangler does. Throws {@link CommandError} without an account, or with several. */
export async function openCloudflare(
  wrangler: Wrangler,
  variables: EnvironmentVariables,
  accountId?: string,
): Promise<Cloudflare> {
  const base = variables.CLOUDFLARE_API_BASE_URL || "https://api.cloudflare.com/client/v4";
  const token = variables.CLOUDFLARE_API_TOKEN || (await tokenOf(wrangler));

  let waited = 0;
  /** Asks again where Cloudflare says so, as to an account that had too many calls, unless it says to wait for long. */
  async function respond(path: string): Promise<Response> {
    for (;;) {
      const init = { headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(20_000) };
      const response = await fetch(`${base}${path}`, init).catch((error: Error) => {
        throw new UnreadError(`Cloudflare cannot be reached: ${reasonOf(error)}. Nothing was changed by this call.`);
      });
      const wait = Number(response.headers.get("Retry-After")) * 1_000 || pause;
      if (response.status !== 429 || waited + wait > patience) return response;
      waited += wait;
      await delay(wait);
    }
  }

  async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const response = await respond(path);
    const parsed = Answer.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success)
      throw new UnreadError(`Cloudflare answered ${response.status} to ${path}, and no JSON of its own.`);
    const { success, errors, result } = parsed.data;
    if (success) {
      const read = schema.safeParse(result);
      if (read.success) return read.data;
      throw new UnreadError(`Cloudflare answered ${path} with a body of an unknown form.`);
    }
    if (errors.some(({ code }) => noSuchWorker.includes(code))) return undefined;
    const told = errors.map(({ code, message }) => `${message} (${code})`).join("; ");
    throw new UnreadError(`Cloudflare refused ${path}: ${told || response.status}.`);
  }

  const account = await accountOf(read, variables.CLOUDFLARE_ACCOUNT_ID || accountId);
  const scripts = `/accounts/${account.id}/workers/scripts`;
  return {
    account,
    async worker(name) {
      const found = await read(`/accounts/${account.id}/workers/services/${name}`, Service);
      return found && { migrationTag: found.default_environment.script.migration_tag ?? undefined };
    },
    async traffic(name) {
      const found = await read(`${scripts}/${name}/deployments`, z.object({ deployments: z.array(Deployment) }));
      const versions = found?.deployments[0]?.versions ?? [];
      return versions
        .map(({ version_id: version, percentage }) => ({ version, percentage }))
        .toSorted((one, other) => other.percentage - one.percentage);
    },
    async labelsOf(name, version) {
      const found = await read(`${scripts}/${name}/versions/${version}`, WorkerVersion);
      const labels = found?.annotations ?? {};
      return { commit: labels["workers/tag"] || undefined, message: labels["workers/message"] || undefined };
    },
    async secrets(name) {
      const found = await read(`${scripts}/${name}/secrets`, z.array(z.object({ name: z.string() })));
      return (found ?? []).map((secret) => secret.name);
    },
    async workers() {
      const found = await read(scripts, z.array(z.object({ id: z.string() })));
      return (found ?? []).map(({ id }) => id);
    },
    async domains(name) {
      const Domain = z.object({ hostname: z.string() });
      const found = await read(`/accounts/${account.id}/workers/domains?service=${name}`, z.array(Domain));
      return (found ?? []).map(({ hostname }) => hostname);
    },
    async subdomain() {
      return (await read(`/accounts/${account.id}/workers/subdomain`, z.object({ subdomain: z.string() })))?.subdomain;
    },
  };
}

/** The cause of a fetch that failed, which its own words do not tell. */
function reasonOf({ cause, message }: Error): string {
  return cause instanceof Error ? cause.message || String(Reflect.get(cause, "code")) : message;
}

async function tokenOf(wrangler: Wrangler): Promise<string> {
  const ran = await wrangler("auth", "token", "--json");
  // Warnings around it may have braces, too.
  const objects = ran.code === 0 ? ran.said.matchAll(/\{[^{}]*\}/g) : [];
  const [token] = [...objects].flatMap(([text]) => tokenIn(text) ?? []);
  if (token !== undefined) return token;
  // An account's global key is printed in place of a token, and is never told.
  const reason = ran.code === 0 ? "" : `\n${lastWords(ran)}`;
  throw new CommandError(`Sign in first: npx wrangler login, or set CLOUDFLARE_API_TOKEN.${reason}`);
}

function tokenIn(text: string): string | undefined {
  try {
    return z.object({ token: z.string() }).safeParse(JSON.parse(text)).data?.token;
  } catch {
    // The parser's own words would quote it.
    return undefined;
  }
}

type Read = <T>(path: string, schema: z.ZodType<T>) => Promise<T | undefined>;

async function accountOf(read: Read, id: string | undefined): Promise<z.infer<typeof Account>> {
  if (id !== undefined) return (await read(`/accounts/${id}`, Account)) ?? { id, name: id };
  const accounts = (await read("/accounts", z.array(Account))) ?? [];
  const [only, ...others] = accounts;
  if (only && others.length === 0) return only;
  const names = accounts.map((account) => `${account.name} (${account.id})`).join(", ");
  throw new CommandError(
    only
      ? `You belong to several accounts: ${names}. Name one: account_id in wrangler.toml, or CLOUDFLARE_ACCOUNT_ID.`
      : "This sign-in belongs to no account of Cloudflare.",
  );
}
