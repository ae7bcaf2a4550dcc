import { AuditEvents } from "../crud/audit-events.ts";
import { Purge } from "../crud/purge.ts";
import { inSteps } from "../task/steps.ts";
import { task } from "../task/task.ts";

const size = 1_000;

/** Removes audit events after their retention, if there is one. */
export const purgeAuditEvents = task(
  { name: "purge-audit-events", every: { minutes: 10 }, timeout: 60 },
  async (context) => {
    const { db, step, settings } = context;
    const days = settings.AUDIT_RETENTION_DAYS;
    if (days === 0) return 0;
    const some = async () => (await step(Purge.allow(db), AuditEvents.purge(db, days, size)))[1].rows.length;
    return (await inSteps(context, size, some)).count;
  },
);
