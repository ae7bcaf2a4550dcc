import { sql } from "drizzle-orm";
import { AuditEvents } from "../crud/audit-events.ts";
import { Mails } from "../crud/mails.ts";
import { fromDatabase, isFromDatabase, lostToOthers } from "../db/errors.ts";
import type { TransactionTerms } from "./policy.ts";
import { blamed, note, requireGuard, runWith } from "./run.ts";
import type { Statement, Transaction, Variables } from "./types.ts";

/** Makes the one {@link Transaction} of a request. */
export function transactor<Vars extends Variables>(vars: Vars, terms: TransactionTerms): Transaction<Vars> {
  return async (work) => {
    requireGuard(vars);
    const end = Date.now() + vars.settings.DATABASE_TIMEOUT_MS;
    const { within } = vars.trips;
    const attempts = 1 + (terms.retries ?? 0);
    for (let count = 1; ; count++) {
      const before = { events: vars.audit.made.length, mails: vars.outbox.length, tasks: vars.enqueued.length };
      try {
        const once = () => attempt(vars, terms, work, end);
        return await (within ? within("transaction", { "db.attempt": count }, once) : once());
      } catch (thrown) {
        // Forgets the events, mails and tasks that were rolled back.
        vars.audit.made.length = before.events;
        vars.outbox.length = before.mails;
        vars.enqueued.length = before.tasks;
        if (count < attempts && lostToOthers(thrown) && Date.now() < end) continue;
        throw isFromDatabase(thrown) ? await blamed(vars.db, fromDatabase(thrown)) : thrown;
      }
    }
  };
}

async function attempt<Vars extends Variables, T>(
  vars: Vars,
  { isolation = "read committed" }: TransactionTerms,
  work: (tx: Vars) => Promise<T>,
  end: number,
): Promise<T> {
  const { guard, references, audit, settings, trips } = vars;
  const session = await vars.begin(settings, trips, { isolation, timeout: end - Date.now() });
  const { db } = session;
  try {
    if (guard) await db.execute(sql`select ${guard()}`);
    await oneByOne(references?.required(db) ?? []);
    const context = { ...vars, references: undefined };
    const value = await Promise.race([work({ ...vars, db, run: runWith(db, context, oneByOne) }), session.ended]);
    const recorded = audit.made.length > 0 ? await AuditEvents.recorded(db, audit.made) : [];
    const mayMail = vars.outbox.length > 0 || recorded.length > 0;
    const refused = mayMail ? (await Mails.refused(db)).rows : [];
    await session.commit();
    note(vars, recorded, refused);
    return value;
  } finally {
    session.close();
  }
}

/** Runs statements that are bound to a transaction, in their order. */
async function oneByOne(statements: readonly Statement[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const statement of statements) answers.push(await statement);
  return answers;
}
