import type { UserEnv } from "../context.ts";
import { requireAdmin } from "../crud/guards.ts";
import { updateUser } from "../crud/users.ts";
import { notFound } from "../errors.ts";
import type { UserUpdate } from "../schemas/users.ts";

type Context = Pick<UserEnv["Variables"], "db" | "run" | "user">;

/**
 * Changes a user that the caller may reach. `role` and `is_active` are an admin's to set: anybody else who tries gets
 * 403 and changes nothing. Throws `forbidden`, `not_found`, `email_taken`, `username_taken`.
 */
export async function changeUser({ db, run, user: caller }: Context, id: string, changes: UserUpdate) {
  const update = updateUser(db, id, caller.id, changes);
  const adminOnly = "role" in changes || "is_active" in changes;
  const [user] = adminOnly ? (await run(requireAdmin(db, caller), update))[1] : await run(update);
  return user ?? notFound();
}
