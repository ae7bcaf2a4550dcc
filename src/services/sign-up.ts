import { v7 as uuidv7 } from "uuid";
import type { Variables } from "../context/types.ts";
import { Users } from "../crud/users.ts";
import { ApiError, notFound } from "../errors.ts";
import type { UserCreate } from "../schemas/users.ts";
import type { AuditContext } from "./audit.ts";
import { issueMailedToken } from "./one-time-tokens.ts";
import { rememberNetwork } from "./passwords.ts";
import { isPersonal, refusePersonal } from "./personal-passwords.ts";

type Context = AuditContext & Pick<Variables, "run" | "keys" | "settings" | "passwords">;

/** Opens an account and mails the link that verifies it. Throws `signup_closed`, `email_taken`, `username_taken`. */
export async function signUp(context: Context, { password, ...profile }: UserCreate) {
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
  const [[user]] = await run(
    Users.insert(db, { ...profile, id, password_hash }),
    verification.statement,
    ...(await rememberNetwork(context, id)),
  );
  return user ?? notFound();
}
