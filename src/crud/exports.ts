import { desc, eq, or } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { apiKeys, mails, members, oneTimeTokens, organizations, sessions } from "../db/schema.ts";
import { memberRole } from "./organization-roles.ts";

/** The queries of what the export of an account holds beside its resources. */
export const AccountExports = {
  /** A user's sessions, newest first, including ended ones. */
  sessions(db: Database, userId: string, limit: number) {
    const { id, user_agent, network, created_at, last_used_at, expires_at, revoked_at } = sessions;
    return db
      .select({ id, user_agent, network, created_at, last_used_at, expires_at, ended_at: revoked_at })
      .from(sessions)
      .where(eq(sessions.user_id, userId))
      .orderBy(desc(id))
      .limit(limit);
  },

  /** The API keys of a user, and those that they made for organizations, newest first, without their hashes. */
  apiKeys(db: Database, userId: string, limit: number) {
    const { id, organization_id, name, permissions, networks, expires_at, last_used_at, revoked_at, created_at } =
      apiKeys;
    return db
      .select({ id, organization_id, name, permissions, networks, expires_at, last_used_at, revoked_at, created_at })
      .from(apiKeys)
      .where(or(eq(apiKeys.user_id, userId), eq(apiKeys.made_by, userId)))
      .orderBy(desc(id))
      .limit(limit);
  },

  /** The organizations of a user, deleted ones included. */
  memberships(db: Database, userId: string, limit: number) {
    const { id: organization_id, name, slug } = organizations;
    const { created_at: joined_at } = members;
    return db
      .select({ organization_id, name, slug, role: memberRole, joined_at })
      .from(members)
      .innerJoin(organizations, eq(organizations.id, members.organization_id))
      .where(eq(members.user_id, userId))
      .orderBy(organization_id)
      .limit(limit);
  },

  /** The kind and time of each mail to a user, newest first. */
  mails(db: Database, userId: string, limit: number) {
    const { kind, recipient, created_at, sent_at } = mails;
    return db
      .select({ kind, recipient, created_at, sent_at })
      .from(mails)
      .where(eq(mails.user_id, userId))
      .orderBy(desc(mails.id))
      .limit(limit);
  },

  /** The links mailed to a user, one per purpose at most. */
  links(db: Database, userId: string) {
    const { purpose, email, created_at, expires_at, used_at } = oneTimeTokens;
    return db
      .select({ purpose, email, created_at, expires_at, used_at })
      .from(oneTimeTokens)
      .where(eq(oneTimeTokens.user_id, userId));
  },
};
