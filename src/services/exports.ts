import type { z } from "zod";
import type { UserEnv } from "../context/types.ts";
import { Attachments } from "../crud/attachments.ts";
import { AuditEvents } from "../crud/audit-events.ts";
import { AccountExports, otherResources } from "../crud/exports.ts";
import { ItemExports } from "../crud/item-exports.ts";
import { Users } from "../crud/users.ts";
import { notFound } from "../errors.ts";
import type { Export } from "../schemas/exports.ts";
import { type AuditContext, auditEvent } from "./audit.ts";
import { asSeenByOwner } from "./audit-events.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "user" | "now">;

/** The bounds of one answer, which must fit into a Worker's memory several times over. */
const bounds = { rows: 10_000, bytes: 4 * 2 ** 20 };

const others = otherResources();

/**
 * Everything held about the caller, except for hashes and the networks of others. The bytes of files are too many for one
 * answer: the caller downloads them one by one.
 */
export async function exportAccount(context: Context): Promise<z.input<typeof Export>> {
  const { db, run, now, user: caller } = context;
  const { id } = caller;
  const { rows } = bounds;
  const [
    [profile],
    counts,
    memberships,
    sessions,
    api_keys,
    events,
    mails,
    mailed_links,
    ,
    items,
    [all],
    attachments,
    ...theirs
  ] = await run(
    Users.find(db, id, caller),
    others.counts(db, id),
    AccountExports.memberships(db, id, rows),
    AccountExports.sessions(db, id, rows),
    AccountExports.apiKeys(db, id, rows),
    AuditEvents.list(db, { userId: id }, { after: undefined, limit: rows }),
    AccountExports.mails(db, id, rows),
    AccountExports.links(db, id),
    // After the events, which do not tell of this export.
    AuditEvents.insert(db, auditEvent(context, "account.exported", id, {})),
    ItemExports.list(db, id, bounds),
    ItemExports.count(db, id),
    Attachments.listOwned(db, id, rows),
    ...others.lists(db, id, bounds),
  );
  const lists = [memberships, attachments, sessions, api_keys, events, mails];
  const areComplete = others.names.every((name, i) => theirs[i]?.length === counts.rows[0]?.[name]);
  return {
    exported_at: now().toISOString(),
    is_complete: items.length === all?.count && areComplete && lists.every((list) => list.length < rows),
    profile: profile ?? notFound(),
    items,
    resources: Object.fromEntries(others.names.map((name, i) => [name, theirs[i] ?? []])),
    memberships,
    attachments,
    sessions,
    api_keys,
    audit_events: events.map(asSeenByOwner),
    mails,
    mailed_links,
  };
}
