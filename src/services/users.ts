import { v7 as uuidv7 } from "uuid";
import type { Variables } from "../context/types.ts";
import { insertUser, updateUser } from "../crud/users.ts";
import { ApiError, notFound } from "../errors.ts";
import type { UserCreate, UserUpdate } from "../schemas/users.ts";
import { atVersion, changeAsAdmin } from "./administration.ts";
import type { AuditContext } from "./audit.ts";
import { issueMailedToken } from "./one-time-tokens.ts";
import { isPersonal, refusePersonal } from "./personal-passwords.ts";

type SignUpContext = AuditContext & Pick<Variables, "run" | "keys" | "settings" | "passwords" | "outbox">;
type Context = Parameters<typeof changeAsAdmin>[0];

/** Opens an account and mails the link that verifies it. Throws `signup_closed`, `email_taken`, `username_taken`. */
export async function signUp(context: SignUpContext, { password, ...profile }: UserCreate) {
  const { db, run, settings, passwords } = context;
  if (settings.SIGNUP !== "open") throw new ApiError("signup_closed");
  const id = uuidv7();
  if (isPersonal(password, profile)) refusePersonal();
  const password_hash = await passwords.hash(profile.email, password);
  const verification = await issueMailedToken(context, {
    purpose: "verify_email",
    account: { id },
    event: "account.created",
  });
  const [[user]] = await run(insertUser(db, { ...profile, id, password_hash }), verification.statement);
  return user ?? notFound();
}

/**
 * Changes a user that the caller may reach, in one of these versions if any are given. `email`, `role` and `is_active` are an admin's to set: anybody else who tries
 * gets 403 and changes nothing. Throws `forbidden`, `not_found`, `precondition_failed`, `email_taken`, `username_taken`.
 */
export async function changeUser(context: Context, id: string, changes: UserUpdate, versions?: number[]) {
  const { db, user: caller } = context;
  const run = atVersion(context, id, versions);
  const adminOnly = "email" in changes || "role" in changes || "is_active" in changes;
  if (!adminOnly) return (await run(updateUser(db, id, caller.id, changes)))[0] ?? notFound();
  const [user] = await changeAsAdmin({ ...context, run }, id, changes).catch((error) => {
    throw "email" in changes ? explainEmail(error) : error;
  });
  return user ?? notFound();
}

function explainEmail(error: unknown): unknown {
  if (!(error instanceof ApiError && error.code === "forbidden")) return error;
  return new ApiError("forbidden", { detail: "Change your e-mail address with POST /users/me/email.", cause: error });
}
