import { type SQL, sql } from "drizzle-orm";
import { AuditEvents, type RecordedEvent } from "../crud/audit-events.ts";
import { Mails, type RefusedMail } from "../crud/mails.ts";
import { Migrations, ownMigrations } from "../crud/migrations.ts";
import type { Database } from "../db/client.ts";
import { doneBefore, fromDatabase } from "../db/errors.ts";
import { runGuarded } from "../db/guarded.ts";
import { ApiError } from "../errors.ts";
import { isSignedIn } from "./policy.ts";
import type { Later, Run, RunItem, Statement, Variables } from "./types.ts";

/** The parts of a request that decide how its statements run. The stages of the request fill them in. */
type RunContext = Partial<
  Pick<Variables, "policy" | "guard" | "once" | "references" | "audit" | "outbox" | "tasks" | "enqueued" | "log"> & {
    requestId: string | null;
  }
>;

/**
 * Makes the one {@link Run} of a request, which reads `context` at each call. `run` turns tasks into statements, `once`
 * adds the idempotency key, `transact` looks at events and mails, and `behindGuard` sends one statement or a batch.
 */
export function runner(db: Database, context: RunContext = {}): Run {
  const inOneTransaction = (all: readonly Statement[]) => transact(db, context, all);
  return runWith(db, context, (statements) => (context.once ?? unchanged)(statements, inOneTransaction));
}

/**
 * A {@link Run} that requires the rows which the request refers to, turns each task into the statement that enqueues it,
 * puts the guard behind each hold, has all performed, and answers in their order.
 */
export function runWith(
  db: Database,
  context: RunContext,
  perform: (statements: readonly Statement[]) => Promise<unknown[]>,
): Run {
  async function run(...given: readonly (RunItem | undefined)[]): Promise<unknown> {
    const required = context.references?.required(db) ?? [];
    const groups = given.map((one) => statementsOf(db, context, one));
    const results = (await perform([...required, ...groups.flat()])).slice(required.length);
    const answers = groups.map(({ length }) => results.splice(0, length)[0]);
    // The answer to a statement that `enqueueing` made.
    for (const [i, one] of given.entries()) if (isLater(one)) noteTask(context, one, answers[i] as EnqueueAnswer);
    return given.length === 1 ? answers[0] : answers;
  }
  // The signature cannot be written on the implementation: one statement answers a result, several answer a tuple.
  return run as Run;
}

function statementsOf(db: Database, context: RunContext, one: RunItem | undefined): Statement[] {
  if (one === undefined) return [];
  if (isLater(one)) return [enqueueing(db, context, one)];
  if (!("hold" in one)) return [one];
  const { guard } = context;
  return guard ? [one.hold, asking(db, guard)] : [one.hold];
}

function isLater(one: RunItem | undefined): one is Later {
  return one !== undefined && "enqueue" in one;
}

/** The guard in a statement of its own. */
function asking(db: Database, guard: () => SQL): Statement {
  return db.execute(sql`select ${guard()}`);
}

function enqueueing(db: Database, { tasks = [], requestId = null }: RunContext, later: Later): Statement {
  const isListed = tasks.some(({ name }) => name === later.task);
  if (!isListed)
    throw new Error(`The task ${later.task} is not in the list of src/tasks/index.ts, and would never run`);
  return later.enqueue(db, requestId);
}

type EnqueueAnswer = Awaited<ReturnType<Later["enqueue"]>>;

/** Notes a task that was really enqueued: none if one waits under its key. */
function noteTask({ enqueued }: RunContext, { task: name, delay }: Later, answer: EnqueueAnswer): void {
  for (const { id } of answer.rows) enqueued?.push({ id, name, delay });
}

const unchanged: NonNullable<RunContext["once"]> = (statements, perform) => perform(statements);

async function transact(db: Database, context: RunContext, statements: readonly Statement[]): Promise<unknown[]> {
  requireGuard(context);
  const looks = looksAfter(db, context);
  if (looks.length === 0) return behindGuard(db, context.guard, statements);
  const results = await behindGuard(db, context.guard, [...statements, ...looks]);
  // The rows of the statements that were added.
  const [recorded, refused] = results.splice(statements.length) as [RecordedEvent[], { rows: RefusedMail[] }];
  note(context, recorded, refused.rows);
  return results;
}

/** The statements that tell, after those of a request, which events were recorded and which mails found no room. */
function looksAfter(db: Database, { audit, outbox = [] }: RunContext) {
  const made = audit?.made ?? [];
  const mayMail = outbox.length > 0 || made.length > 0;
  return mayMail ? ([AuditEvents.recorded(db, made), Mails.refused(db)] as const) : [];
}

/** Throws if the endpoint wants a caller and no stage has set the guard. Tasks have no policy and need none. */
export function requireGuard({ policy, guard }: RunContext): void {
  if (policy && isSignedIn(policy.access) && !guard) throw new Error("There is no guard");
}

/**
 * Runs statements in one transaction, behind the guard: part of a single statement, or the first of several. Without
 * statements it asks the guard alone.
 */
async function behindGuard(
  db: Database,
  guard: RunContext["guard"],
  statements: readonly Statement[],
): Promise<unknown[]> {
  const [first, ...others] = statements;
  try {
    if (!guard) {
      if (!first) return [];
      return others.length > 0 ? await db.batch([first, ...others]) : [await first];
    }
    const alone = first && others.length === 0 ? runGuarded(db, first, guard()) : undefined;
    if (alone !== undefined) return [await alone];
    const [, ...results] = await db.batch([asking(db, guard), ...statements]);
    return results;
  } catch (error) {
    throw doneBefore(error) ?? (await blamed(db, fromDatabase(error)));
  }
}

/**
 * Moves events from those that were made to those that are recorded, and their notices to the mails to send. Logs the mails
 * that found no room: there is nothing to send.
 */
export function note(
  { audit, outbox, log }: RunContext,
  recorded: readonly RecordedEvent[],
  refused: readonly RefusedMail[],
): void {
  for (const { id, kind, user_id, mail_ids } of recorded) {
    const at = audit?.made.findIndex((event) => event.id === id) ?? -1;
    if (at >= 0) audit?.made.splice(at, 1);
    audit?.recorded.push({ kind, user_id });
    // Mails of the same millisecond may be found with two events.
    outbox?.push(...mail_ids.filter((mail) => !outbox.includes(mail)));
  }
  for (const mail of refused) {
    const at = outbox?.indexOf(mail.mail_id) ?? -1;
    if (at >= 0) outbox?.splice(at, 1);
    log?.({ level: "warn", message: "mail", outcome: "refused", reason: "its mailbox has no room", ...mail });
  }
}

/**
 * Finds out if a missing table, column or function means a missing migration or a wrong statement. Only such an error
 * costs this extra round trip.
 */
export async function blamed(db: Database, error: ApiError): Promise<ApiError> {
  if (error.code !== "not_ready") return error;
  const isMigrated = await Migrations.compare(db, [...ownMigrations.keys()]).then(
    ({ rows }) => rows.length === 0,
    () => false,
  );
  return isMigrated ? new ApiError("internal", { cause: error.cause }) : error;
}
