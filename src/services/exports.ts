import type { z } from "zod";
import type { UserEnv } from "../context/types.ts";
import { Attachments } from "../crud/attachments.ts";
import { AuditEvents } from "../crud/audit-events.ts";
import { AccountExports } from "../crud/exports.ts";
import { ItemExports } from "../crud/item-exports.ts";
import { Users } from "../crud/users.ts";
import { notFound } from "../errors.ts";
import type { Export } from "../schemas/exports.ts";
import { type AuditContext, auditEvent } from "./audit.ts";
import { asSeenByOwner } from "./audit-events.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user" | "now">;

/** The bounds of one answer, which must fit into a Worker's memory several times over. */
const bounds = { rows: 10_000, bytes: 4 * 2 ** 20 };

/**
 * Everything held about the caller, except for hashes and the networks of others. The bytes of files are too many for one
 * answer: the caller downloads them one by one.
 */
export async function exportAccount(context: Context): Promise<z.input<typeof Export>> {
  const { db, run, now, user: caller } = context;
  const { id } = caller;
  const { rows } = bounds;
  const [[profile], items, [all], memberships, attachments, sessions, api_keys, events, mails, mailed_links] =
    await run(
      Users.find(db, id, caller),
      ItemExports.list(db, id, bounds),
      ItemExports.count(db, id),
      AccountExports.memberships(db, id, rows),
      Attachments.listOwned(db, id, rows),
      AccountExports.sessions(db, id, rows),
      AccountExports.apiKeys(db, id, rows),
      AuditEvents.list(db, { userId: id }, { after: undefined, limit: rows }),
      AccountExports.mails(db, id, rows),
      AccountExports.links(db, id),
      AuditEvents.insert(db, auditEvent(context, "account.exported", id, {})),
    );
  const lists = [memberships, attachments, sessions, api_keys, events, mails];
  return {
    exported_at: now().toISOString(),
    is_complete: items.length === all?.count && lists.every((list) => list.length < rows),
    profile: profile ?? notFound(),
    items,
    memberships,
    attachments,
    sessions,
    api_keys,
    audit_events: events.map(asSeenByOwner),
    mails,
    mailed_links,
  };
}
