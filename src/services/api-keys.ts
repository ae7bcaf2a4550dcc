import { v7 as uuidv7 } from "uuid";
import type { UserEnv } from "../context/types.ts";
import { ApiKeys } from "../crud/api-keys.ts";
import { ApiError, invalid, notFound } from "../errors.ts";
import type { ApiKeyCreate, ApiKeyRotation, ApiKeyUpdate } from "../schemas/api-keys.ts";
import { fieldError } from "../schemas/field-errors.ts";
import { newApiKey } from "../security/api-keys.ts";
import { type AuditContext, auditEvent } from "./audit.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user" | "settings" | "now">;

const day = 24 * 60 * 60;

/** Makes a key of the caller's. `key` is its text. Throws `name_taken`, `quota_exceeded`. */
export async function makeApiKey(context: Context, { name, permissions, networks = [], expires_at }: ApiKeyCreate) {
  const { db, run, user, settings } = context;
  refusePast(context, expires_at);
  const id = uuidv7();
  const { text, secretHash } = await newApiKey(issuerOf(context), { id, ownerId: user.id });
  const event = auditEvent(context, "api_key.created", user.id, {
    api_key_id: id,
    permissions: permissions.join(", "),
  });
  const key = { id, owner: { userId: user.id }, madeBy: user.id, name, permissions, networks, secretHash };
  const [, { rows }] = await run(
    ApiKeys.lockOwner(db, { userId: user.id }),
    ApiKeys.insert(db, { ...key, expiresAt: expires_at ?? null }, settings.API_KEYS_PER_OWNER, event),
  );
  const [made] = rows;
  // The account was closed between the guard and the lock.
  if (!made) throw new ApiError("invalid_token");
  return { ...made, key: text };
}

/** Throws `not_found`, `name_taken`. */
export async function changeApiKey(context: Context, id: string, changes: ApiKeyUpdate) {
  const { db, run, user } = context;
  refusePast(context, changes.expires_at);
  const event = auditEvent(context, "api_key.changed", user.id, { api_key_id: id });
  const { rows } = await run(ApiKeys.update(db, id, { userId: user.id }, changes, event));
  return rows[0] ?? notFound();
}

/** Gives a key another secret; the one so far works on for the overlap. Throws `not_found`, and `conflict` if it has expired. */
export async function rotateApiKey(context: Context, id: string, { overlap_seconds = day }: ApiKeyRotation) {
  const { db, run, user } = context;
  const { text, secretHash } = await newApiKey(issuerOf(context), { id, ownerId: user.id });
  const event = auditEvent(context, "api_key.rotated", user.id, { api_key_id: id });
  const rotation = { id, owner: { userId: user.id }, secretHash, overlapSeconds: overlap_seconds };
  const { rows } = await run(ApiKeys.rotate(db, rotation, event));
  const [row] = rows;
  if (!row) notFound();
  if (!row.is_rotated)
    throw new ApiError("conflict", { detail: "The key has expired: give it another expires_at first." });
  return { ...row, key: text };
}

/** Throws `not_found`. */
export async function revokeApiKey(context: Context, id: string): Promise<void> {
  const { db, run, user } = context;
  const event = auditEvent(context, "api_key.revoked", user.id, { api_key_id: id });
  const { rows } = await run(ApiKeys.revoke(db, id, { userId: user.id }, event));
  if (rows.length === 0) notFound();
}

function issuerOf({ keys, settings }: Context) {
  return { environment: settings.ENVIRONMENT, key: keys.apiKey };
}

/** Refuses an expiry that has passed: to end a key is to revoke it. */
function refusePast({ now }: Context, expiresAt: string | null | undefined): void {
  const min = now().toISOString();
  if (!expiresAt || Date.parse(expiresAt) > Date.parse(min)) return;
  throw invalid("validation_failed", [fieldError(["body", "expires_at"], "date_too_early", { min })]);
}
