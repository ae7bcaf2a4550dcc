import type { z } from "zod";
import type { UserEnv } from "../context/types.ts";
import { listAuditEvents } from "../crud/audit-events.ts";
import { exportLinks, exportMails, exportSessions } from "../crud/exports.ts";
import { countItems, exportItems } from "../crud/item-exports.ts";
import { findUser } from "../crud/users.ts";
import { notFound } from "../errors.ts";
import type { Export } from "../schemas/exports.ts";
import { type AuditContext, audit } from "./audit.ts";
import { asSeenByOwner } from "./audit-events.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user" | "now">;

/** The bounds of one answer, which must fit into a Worker's memory several times over. */
const bounds = { rows: 10_000, bytes: 4 * 2 ** 20 };

/** Everything held about the caller, except for hashes and the networks of others. */
export async function exportAccount(context: Context): Promise<z.input<typeof Export>> {
  const { db, run, now, user: caller } = context;
  const { id } = caller;
  const { rows } = bounds;
  const [[profile], items, [all], sessions, events, mails, mailed_links] = await run(
    findUser(db, id, id),
    exportItems(db, id, bounds),
    countItems(db, id),
    exportSessions(db, id, rows),
    listAuditEvents(db, { userId: id }, { after: undefined, limit: rows }),
    exportMails(db, id, rows),
    exportLinks(db, id),
    audit(context, "account.exported", id, {}),
  );
  const lists = [sessions, events, mails];
  return {
    exported_at: now().toISOString(),
    is_complete: items.length === all?.count && lists.every((list) => list.length < rows),
    profile: profile ?? notFound(),
    items,
    sessions,
    audit_events: events.map(asSeenByOwner),
    mails,
    mailed_links,
  };
}
