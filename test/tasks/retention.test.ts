import { inArray, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { auditEvents, mails, sessions } from "../../src/db/schema.ts";
import { purgeAuditEvents } from "../../src/tasks/purge-audit-events.ts";
import { purgeMails } from "../../src/tasks/purge-mails.ts";
import { purgeSessions } from "../../src/tasks/purge-sessions.ts";
import { aUser, bindings, db, perform } from "../harness.ts";

const day = 24 * 60 * 60 * 1_000;
const ago = (days: number) => new Date(Date.now() - days * day);
const text = (days: number) => ago(days).toISOString();
/** An id as it was made so many days ago. */
const idOf = (days: number) => uuidv7({ msecs: ago(days).getTime() });
const leftOf = async (table: typeof sessions | typeof mails | typeof auditEvents, ids: string[]) => {
  const rows = await db.select({ id: table.id }).from(table).where(inArray(table.id, ids));
  return ids.map((id) => rows.some((row) => row.id === id));
};

describe("after their retention", () => {
  it("sessions are purged that can no longer be in use, and no others", async () => {
    const { id: user_id } = await aUser();
    const row = (days: number, expires: number, more = {}) => ({
      ...{ id: idOf(days), user_id, token_hash: "", created_at: text(days), expires_at: text(expires), ...more },
    });
    // By default kept for the 90 days that one can last, and 90 more.
    const rows = [row(181, 151), row(181, -1), row(181, -1, { revoked_at: text(180) }), row(179, 149)];
    await db.insert(sessions).values(rows);
    await perform(purgeSessions);
    expect(
      await leftOf(
        sessions,
        rows.map(({ id }) => id),
      ),
    ).toStrictEqual([false, true, false, true]);
  });

  it("sent mails are purged, and neither waiting nor dead ones", async () => {
    const { id: user_id } = await aUser();
    const row = (days: number, more: Partial<typeof mails.$inferInsert>) => ({
      ...{ id: idOf(days), user_id, kind: "new_sign_in" as const, recipient: "a@example.com", data: {} },
      ...{ created_at: text(days), next_attempt_at: text(-1), ...more },
    });
    const rows = [
      row(91, { sent_at: text(91) }),
      row(91, { dead_at: text(91) }),
      row(91, {}),
      row(89, { sent_at: text(89) }),
    ];
    await db.insert(mails).values(rows);
    await perform(purgeMails);
    expect(
      await leftOf(
        mails,
        rows.map(({ id }) => id),
      ),
    ).toStrictEqual([false, true, true, true]);
  });

  it("audit events are purged if they have one, and nothing else can delete them", async () => {
    const ids = [idOf(401), idOf(399)];
    await db
      .insert(auditEvents)
      .values(ids.map((id, i) => ({ id, kind: "sign_in.failed" as const, created_at: text(i === 0 ? 401 : 399) })));
    await perform(purgeAuditEvents);
    expect(await leftOf(auditEvents, ids)).toStrictEqual([true, true]);
    await perform(purgeAuditEvents, { bindings: { ...bindings, AUDIT_RETENTION_DAYS: "400" } });
    expect(await leftOf(auditEvents, ids)).toStrictEqual([false, true]);
    await expect(db.execute(sql`delete from audit_events where id = ${ids[1]}`)).rejects.toThrow();
    expect(await leftOf(auditEvents, ids)).toStrictEqual([false, true]);
  });
});
