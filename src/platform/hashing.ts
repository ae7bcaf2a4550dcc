import { type Defences, defenceOf } from "../context/bindings.ts";
import { ApiError } from "../errors.ts";
import { hashInPlace, type Passwords } from "../security/passwords.ts";
import type { Bindings } from "../settings.ts";

const instances = 4;

/** Hashes in the Durable Objects of `PASSWORD_HASHER`, or in place without that binding. */
export function hasherOf(bindings: Bindings): Passwords {
  const hashers = defenceOf(bindings, "PASSWORD_HASHER");
  return hashers ? hashAway(hashers) : hashInPlace;
}

/** Throws `busy` if the account's instance has a full queue or cannot be reached. */
function hashAway(hashers: Defences["PASSWORD_HASHER"]): Passwords {
  // Separates the two, so that a flood of sign-ups, which anybody can start, cannot block sign-in.
  const hasherFor = (work: "hash" | "verify", account: string) => hashers.getByName(`${work}-${instanceOf(account)}`);
  return {
    hash: (account, password, replacing) => admitted(() => hasherFor("hash", account).hash(password, replacing)),
    verify: (account, password, phc) => admitted(() => hasherFor("verify", account).verify(password, phc)),
  };
}

async function admitted<T>(work: () => Promise<T | undefined>): Promise<T> {
  const result = await work().catch((cause: unknown) => {
    throw new ApiError("busy", { cause });
  });
  if (result === undefined) throw new ApiError("busy");
  return result;
}

/**
 * Hashes an account to an instance (FNV-1a), so that a flood against one account blocks one instance only. Folds the
 * result: its lowest bits alone depend on little of the account.
 */
function instanceOf(account: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(account.toLowerCase())) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash ^ (hash >>> 16)) >>> 0) % instances;
}
