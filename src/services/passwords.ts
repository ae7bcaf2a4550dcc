import type { Variables } from "../context/types.ts";
import { AuditEvents } from "../crud/audit-events.ts";
import { PasswordHashes } from "../crud/password-hashes.ts";
import { type Attempt, type Limits, Throttles } from "../crud/throttles.ts";
import type { Users } from "../crud/users.ts";
import { limitReached } from "../errors.ts";
import { dummiesBeside } from "../security/dummies.ts";
import { keyedHash } from "../security/keyed-hash.ts";
import { dummyHash } from "../security/passwords.ts";
import { type AuditContext, auditEvent } from "./audit.ts";

type Context = AuditContext & Pick<Variables, "run" | "keys" | "passwords">;
type FindUser = ReturnType<typeof Users.findByLogin>;
type User = FindUser["_"]["result"][number];
/** Identifies an account: by the login that was typed, or by the caller's id. */
type Account = { login: string } | { id: string };
type Statement = ReturnType<typeof Throttles.welcome>;
type Condition = Parameters<typeof Throttles.welcome>[3];

/**
 * The limits on guessing, for what was typed and for the network. A network that the account has signed in from counts
 * by itself, so that no attacker locks the owner out (docs/accounts.md).
 */
export const limits: Limits = {
  account: { budget: 10, forgetSeconds: 60 * 60 },
  network: { budget: 100, forgetSeconds: 60 },
  firstDelay: 30,
  longestDelay: 15 * 60,
};

/**
 * Checks a password, counting the attempt in the round trip of `find`, before any hash. Answers undefined after equal
 * work for every reason; else the user, what remembers the success, and whether the network is new.
 */
export async function checkPassword(
  context: Context,
  account: Account,
  password: string,
  find: FindUser,
): Promise<{ user: User; remember: (when?: Condition) => Statement[]; isNewNetwork: boolean } | undefined> {
  const { db, run, passwords } = context;
  const attempt = await attemptOf(context, account);
  const [, counted, [user], kinds] = await run(
    Throttles.insert(db, attempt),
    Throttles.charge(db, attempt, limits),
    find,
    PasswordHashes.listKinds(db),
  );
  const [charge] = counted.rows;
  if (!charge) throw new Error("An attempt was not counted");
  if (charge.wait > 0) {
    // Logged although it is not recorded: the attempts that a delay refuses may be many.
    context.audit.recorded.push({ kind: "sign_in.throttled", user_id: user?.id ?? null });
    throw limitReached("too_many_attempts", "attempts", charge.wait, {
      policy: `"attempts";q=${limits.account.budget}`,
    });
  }
  const name = "id" in account ? account.id : account.login;
  const hash = user?.is_active ? user.password_hash : dummyHash;
  const matches = await passwords.verify(name, password, hash);
  if (!user?.is_active || !matches) {
    const others = dummiesBeside(
      hash,
      kinds.rows.map(({ kind }) => kind),
    );
    for (const dummy of others) await passwords.verify(name, password, dummy);
    const failed = auditEvent(context, "sign_in.failed", user?.id ?? null, {});
    const throttled = charge.exhausted && auditEvent(context, "sign_in.throttled", user?.id ?? null, {});
    await run(AuditEvents.insert(db, failed), throttled ? AuditEvents.insert(db, throttled) : undefined);
    return undefined;
  }
  const forgive = charge.familiar ? [] : [Throttles.forgive(db, attempt, limits)];
  const { pair } = attempt;
  const welcome = (when?: Condition) => (pair === null ? [] : [Throttles.welcome(db, user.id, pair, when)]);
  const isNewNetwork = attempt.network !== null && !charge.familiar;
  return { user, remember: (when) => [...forgive, ...welcome(when)], isNewNetwork };
}

/**
 * Makes the client's network one of the user's own, for any login typed there. Only for users who proved by mail who
 * they are, or have just made the account.
 */
export async function rememberNetwork(
  { db, keys, client }: Pick<Context, "db" | "keys" | "client">,
  userId: string,
  when?: Condition,
) {
  const network = await networkHash(keys.throttle[0], client);
  return network === null ? [] : [Throttles.welcome(db, userId, network, when)];
}

async function attemptOf({ keys, client }: Context, account: Account): Promise<Attempt> {
  const typed = "id" in account ? `id ${account.id}` : `login ${account.login.toLowerCase()}`;
  const [newest, ...older] = keys.throttle;
  const originBy = async (key: CryptoKey) => {
    const network = await networkHash(key, client);
    return { network, pair: network === null ? null : await keyedHash(key, `${typed} at ${network}`) };
  };
  const [identifier, origin, earlier] = await Promise.all([
    keyedHash(newest, typed),
    originBy(newest),
    Promise.all(older.map(originBy)),
  ]);
  return { owner: account, identifier, ...origin, earlier };
}

/** Clients of unknown address are indistinguishable: their network is neither counted nor remembered. */
async function networkHash(key: CryptoKey, { network }: Context["client"]): Promise<string | null> {
  return network === null ? null : keyedHash(key, `network ${network}`);
}
