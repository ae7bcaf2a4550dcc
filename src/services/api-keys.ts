import { v7 as uuidv7 } from "uuid";
import type { UserEnv } from "../context/types.ts";
import { ApiKeys, type KeyOwner } from "../crud/api-keys.ts";
import { requirePermissions } from "../crud/guards.ts";
import { ApiError, invalid, notFound } from "../errors.ts";
import type { Permission } from "../permissions.ts";
import type { ApiKeyCreate, ApiKeyRotation, ApiKeyUpdate } from "../schemas/api-keys.ts";
import { fieldError } from "../schemas/field-errors.ts";
import { newApiKey } from "../security/api-keys.ts";
import type { Membership } from "../security/caller.ts";
import { type AuditContext, auditEvent } from "./audit.ts";

/** Below an organization, its keys are meant; otherwise those of the user. */
type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user" | "settings" | "now"> & { member?: Membership };

const day = 24 * 60 * 60;

/** The owner of the keys that a request is about. */
export function ownerOfKeys({ user, member }: Pick<Context, "user" | "member">): KeyOwner {
  return member ? { organizationId: member.organizationId } : { userId: user.id };
}

/** Makes a key, whose text is `key`. Throws `permission_required`, `name_taken`, `quota_exceeded`. */
export async function makeApiKey(context: Context, { name, permissions, networks = [], expires_at }: ApiKeyCreate) {
  const { db, run, user, settings } = context;
  refusePast(context, expires_at);
  const id = uuidv7();
  const owner = ownerOfKeys(context);
  const { text, secretHash } = await newApiKey(issuerOf(context), { id, ownerId: idOf(owner) });
  const details = { ...about(context, id), permissions: permissions.join(", ") };
  const event = auditEvent(context, "api_key.created", user.id, details);
  const key = { id, owner, madeBy: user.id, name, permissions, networks, secretHash };
  const [, , { rows }] = await run(
    ApiKeys.lockOwner(db, owner),
    ofMaker(context, permissions),
    ApiKeys.insert(db, { ...key, expiresAt: expires_at ?? null }, settings.API_KEYS_PER_OWNER, event),
  );
  const [made] = rows;
  return made ? { ...made, key: text } : notFound();
}

/** Throws `not_found`, `permission_required`, `name_taken`. */
export async function changeApiKey(context: Context, id: string, changes: ApiKeyUpdate) {
  const { db, run, user } = context;
  refusePast(context, changes.expires_at);
  const event = auditEvent(context, "api_key.changed", user.id, about(context, id));
  const owner = ownerOfKeys(context);
  const [, , , { rows }] = await run(
    ApiKeys.lockOwner(db, owner),
    ofKey(context, id),
    ofMaker(context, changes.permissions ?? []),
    ApiKeys.update(db, id, owner, changes, event),
  );
  return rows[0] ?? notFound();
}

/**
 * Gives a key another secret; the current one works on for the overlap. Throws `not_found`,
 * `permission_required`, and `conflict` if it has expired.
 */
export async function rotateApiKey(context: Context, id: string, { overlap_seconds = day }: ApiKeyRotation) {
  const { db, run, user } = context;
  const owner = ownerOfKeys(context);
  const { text, secretHash } = await newApiKey(issuerOf(context), { id, ownerId: idOf(owner) });
  const event = auditEvent(context, "api_key.rotated", user.id, about(context, id));
  const [, , { rows }] = await run(
    ApiKeys.lockOwner(db, owner),
    ofKey(context, id),
    ApiKeys.rotate(db, { id, owner, secretHash, overlapSeconds: overlap_seconds }, event),
  );
  const [row] = rows;
  if (!row) notFound();
  if (!row.is_rotated) {
    throw new ApiError("conflict", { detail: "The key has expired: give it another expires_at first." });
  }
  return { ...row, key: text };
}

/** Throws `not_found`. */
export async function revokeApiKey(context: Context, id: string): Promise<void> {
  const { db, run, user } = context;
  const event = auditEvent(context, "api_key.revoked", user.id, about(context, id));
  const owner = ownerOfKeys(context);
  const [, { rows }] = await run(ApiKeys.lockOwner(db, owner), ApiKeys.revoke(db, id, owner, event));
  if (rows.length === 0) notFound();
}

/** Lets a member give no permission that the member lacks. A user has all permissions over what is theirs. */
function ofMaker({ db, user, member }: Context, permissions: readonly Permission[]) {
  if (!member || permissions.length === 0) return undefined;
  return requirePermissions(db, user, member.organizationId, permissions);
}

/** Lets a member have no secret of a key that may do more than the member. */
function ofKey({ db, user, member }: Context, id: string) {
  return member && ApiKeys.requirePermissions(db, id, member.organizationId, user);
}

function about({ member }: Context, id: string) {
  return { api_key_id: id.toLowerCase(), ...(member && { organization_id: member.organizationId }) };
}

function idOf(owner: KeyOwner): string {
  return "userId" in owner ? owner.userId : owner.organizationId;
}

function issuerOf({ keys, settings }: Context) {
  return { environment: settings.ENVIRONMENT, keys: keys.apiKey };
}

/** Refuses an expiry that has passed: to end a key is to revoke it. */
function refusePast({ now }: Context, expiresAt: string | null | undefined): void {
  const min = now().toISOString();
  if (!expiresAt || Date.parse(expiresAt) > Date.parse(min)) return;
  throw invalid("validation_failed", [fieldError(["body", "expires_at"], "date_too_early", { min })]);
}
