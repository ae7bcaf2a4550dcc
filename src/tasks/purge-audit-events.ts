import { AuditEvents } from "../crud/audit-events.ts";
import { Purge } from "../crud/purge.ts";
import { purgeInSteps } from "../task/purge.ts";

/** Removes audit events after their retention, if there is one. */
export const purgeAuditEvents = purgeInSteps("purge-audit-events", 1_000, async ({ db, step, settings }, size) => {
  const days = settings.AUDIT_RETENTION_DAYS;
  if (days === 0) return { found: 0, removed: 0 };
  const [, { rows }] = await step(Purge.allow(db), AuditEvents.purge(db, days, size));
  return { found: rows.length, removed: rows.length };
});
