/**
 * `npm run admin:create -- person@example.com [--env production]`: makes or promotes an admin, and prints a link to set the
 * password.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { v7 as uuidv7 } from "uuid";
import { ApiKeys } from "../../src/crud/api-keys.ts";
import { AuditEvents } from "../../src/crud/audit-events.ts";
import { OneTimeTokens } from "../../src/crud/one-time-tokens.ts";
import { Sessions } from "../../src/crud/sessions.ts";
import { isUnverified } from "../../src/crud/user-conditions.ts";
import { Users } from "../../src/crud/users.ts";
import type { Database } from "../../src/db/client.ts";
import { Email } from "../../src/schemas/text.ts";
import { lifetimeHours } from "../../src/security/one-time-tokens.ts";
import { dummyHash } from "../../src/security/passwords.ts";
import { hashToken } from "../../src/security/refresh-tokens.ts";
import { commandEvent, commandEventAlong } from "../../src/services/audit.ts";
import { CommandError, devVars, failWith } from "../config.ts";
import { frontEndAt } from "../local/bindings.ts";
import { withClient } from "../local/client.ts";
import { explained } from "../local/explained.ts";
import { openDatabase } from "../local/open.ts";
import { environment } from "../local/target.ts";

/** The sensitive changes of this command: their owners are notified. */
export const createAdminCommand = {
  name: "npm run admin:create",
  changes: { "account.role_changed": "command_line", "account.activated": "command_line" },
} as const;

/** Makes the account of this address an admin's, or a new one. Answers a token that sets its password. */
export async function createAdmin(db: Database, email: string): Promise<{ isNew: boolean; token: string }> {
  const [known] = await Users.findByLogin(db, email);
  const id = known?.id ?? uuidv7();
  const token = randomBytes(32).toString("base64url");
  const issue = OneTimeTokens.issue(
    db,
    { id },
    {
      purpose: "reset_password",
      tokenHash: await hashToken(token),
      lifetimeSeconds: lifetimeHours.reset_password * 60 * 60,
      cooldownSeconds: 0,
      mailsPerHour: 1_000,
    },
    commandEvent(createAdminCommand, "password.reset_requested", id, {}),
  );
  const account = known
    ? [
        Users.promote(db, id, dummyHash, {
          role: commandEvent(createAdminCommand, "account.role_changed", id, { role: "admin" }),
          active: commandEvent(createAdminCommand, "account.activated", id, {}),
        }),
      ]
    : [
        Users.insert(db, { id, email, username: usernameFor(email), role: "admin", password_hash: dummyHash }),
        AuditEvents.insert(db, commandEvent(createAdminCommand, "account.created", id, {})),
      ];
  await db.batch([
    // The statements behind it see what a sign-in has left that came before.
    Users.lock(db, id).hold,
    // Ends what belongs to a stranger who opened the account with this address.
    Sessions.revoke(db, id, undefined, isUnverified(id)),
    ApiKeys.revokeAll(db, id, isUnverified(id), commandEventAlong(createAdminCommand, "api_key.revoked", id)),
    OneTimeTokens.delete(db, id, ["verify_email", "change_email", "reset_password"], isUnverified(id)),
    ...account,
    issue,
  ]);
  return { isNew: !known, token };
}

/** Joins the part before the @ with a suffix that keeps it unique. */
function usernameFor(email: string): string {
  const name = email
    .split("@")[0]
    ?.replace(/[^A-Za-z0-9_.-]/g, "")
    .slice(0, 40);
  return `${name || "admin"}-${randomBytes(3).toString("hex")}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { env: { type: "string" } } });
  const email = Email.safeParse(positionals[0]);
  if (!email.success || positionals.length > 1) {
    throw new CommandError("Name an e-mail address: npm run admin:create -- person@example.com [--env production]");
  }
  const env = environment(values.env);
  const { database, where, close } = await openDatabase({ env });
  try {
    const { isNew, token } = await withClient(database, (db) => createAdmin(db, email.data));
    const isDeployed = env === "staging" || env === "production";
    const at = isDeployed ? deployedAddresses() : await localAddresses();
    console.log(adminReport(email.data, where, isNew, token, at));
  } catch (error) {
    throw explained(error, where);
  } finally {
    await close();
  }
}

type Addresses = { api: string; frontend: string };

async function localAddresses(): Promise<Addresses> {
  const api = `http://localhost:${process.env.PORT || 8787}`;
  const frontend = process.env.FRONTEND_URL || (await devVars()).FRONTEND_URL || frontEndAt(api);
  return { api, frontend };
}

/** Leaves a place to fill in, so that a deployed admin's token is never sent to this machine. */
export function deployedAddresses(): Addresses {
  return { api: "https://<your API>", frontend: process.env.FRONTEND_URL || "https://<your front end>" };
}

/** The lines to print: the outcome, and two ways to set the password. */
export function adminReport(
  email: string,
  where: string,
  isNew: boolean,
  token: string,
  { api, frontend }: Addresses,
): string {
  return `${email} ${isNew ? "is an admin now, with a new account" : "was made an admin"} in ${where}.

Within one hour, and once, this link sets the password:

  ${frontend.replace(/\/$/, "")}/reset-password?token=${token}

Without a front end:

  curl -i "${api}/api/v1/auth/password/reset" -H 'Content-Type: application/json' \\
    -d '{"token": "${token}", "password": "…"}'`;
}

if (import.meta.main) await main().catch(failWith);
