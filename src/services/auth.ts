import { tokenPolicy } from "../auth.ts";
import type { Variables } from "../context.ts";
import { findUserByLogin, replacePasswordHash } from "../crud/users.ts";
import { ApiError } from "../errors.ts";
import type { Login, Token } from "../schemas/auth.ts";
import { dummyHash, hashPassword, needsRehash, verifyPassword } from "../security/passwords.ts";
import { signAccessToken } from "../security/tokens.ts";

type Context = Pick<Variables, "db" | "run" | "keys" | "settings" | "now">;

/**
 * Signs a user in by password. Throws `invalid_grant`, the same and after the same work for a wrong password and for an
 * account that is unknown, inactive or deleted. A hash under an older policy is replaced on the way.
 */
export async function signIn(context: Context, { username, password }: Login): Promise<Token> {
  const { db, run, keys, settings, now } = context;
  const [user] = await run(findUserByLogin(db, username));
  const matches = await verifyPassword(password, user?.password_hash ?? dummyHash);
  if (!user?.is_active || !matches) throw new ApiError("invalid_grant");
  if (needsRehash(user.password_hash)) {
    await run(replacePasswordHash(db, user.id, user.password_hash, await hashPassword(password)));
  }
  const policy = tokenPolicy(settings);
  return {
    access_token: await signAccessToken(keys.token, user.id, policy, now()),
    token_type: "bearer",
    expires_in: policy.lifetimeSeconds,
  };
}
