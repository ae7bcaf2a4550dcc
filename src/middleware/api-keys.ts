import type { SQL } from "drizzle-orm";
import type { Context } from "hono";
import { keyRate, type Policy, wantedIn } from "../context/policy.ts";
import type { AppEnv } from "../context/types.ts";
import { keyGuard, memberGuard } from "../crud/guards.ts";
import { allOf } from "../db/drizzle.ts";
import { addressOf } from "../http/network.ts";
import { parseApiKey } from "../security/api-keys.ts";
import type { Caller } from "../security/caller.ts";

/** A caller whose credential is ours, by what they are, with the guard that decides whether it counts. */
export type Known = {
  user?: Caller;
  /** Instead of a user: the organization whose key this is. */
  organizationId?: string;
  apiKeyId?: string;
  /** Tells this credential from others of its owner's. */
  credential: string;
  /** Absent if nobody may call. */
  admit?: () => SQL<boolean>;
};

type Admitting = (
  c: Pick<Context<AppEnv>, "var" | "req"> & { set(name: "policy", policy: Policy): void },
  text: string,
  organizationId: string | undefined,
) => Promise<Known | undefined>;

/**
 * Reads the owner from an API key, if it is ours, without the database; undefined for an endpoint that admits no key. An
 * organization's key acts for it; a user's acts as the user, also as a member. Counts a key's calls apart from its owner's.
 */
export function keysAdmittedBy({ access, permission }: Pick<Policy, "access" | "permission">): Admitting | undefined {
  if (!permission) return undefined;
  const asMember =
    typeof access === "object" ? memberGuard(access.member, `${wantedIn(access)} in the organization`) : undefined;
  return async (c, text, organizationId = "") => {
    const { keys, settings, policy } = c.var;
    const key = await parseApiKey({ environment: settings.ENVIRONMENT, keys: keys.apiKey }, text);
    if (!key) return undefined;
    if (policy) c.set("policy", keyRate(policy));
    const { ownerId, id: apiKeyId, secretHash: credential } = key;
    const address = addressOf(c.var.clientAddress);
    const admitKey = () => keyGuard({ ...key, address, organizationId, permission });
    if (ownerId === organizationId) return { organizationId, apiKeyId, credential, admit: admitKey };
    const admit = asMember ? () => allOf(admitKey(), asMember(ownerId, organizationId)) : admitKey;
    return { user: { id: ownerId }, apiKeyId, credential, admit };
  };
}
