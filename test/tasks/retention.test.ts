import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { apiKeys, auditEvents, invitations, mails, sessions, tasks, users } from "../../src/db/schema.ts";
import type { Bindings } from "../../src/settings.ts";
import type { Task } from "../../src/task/task.ts";
import { purgeApiKeys } from "../../src/tasks/purge-api-keys.ts";
import { purgeAuditEvents } from "../../src/tasks/purge-audit-events.ts";
import { purgeInvitations } from "../../src/tasks/purge-invitations.ts";
import { purgeMails } from "../../src/tasks/purge-mails.ts";
import { purgeSessions } from "../../src/tasks/purge-sessions.ts";
import { purgeTasks } from "../../src/tasks/purge-tasks.ts";
import { purgeUsers } from "../../src/tasks/purge-users.ts";
import type { TaskState } from "../../src/values.ts";
import { aUser, bindings, db, perform, unique } from "../harness.ts";
import { anOrganization } from "../members.ts";

const day = 24 * 60 * 60 * 1_000;
const ago = (days: number) => new Date(Date.now() - days * day);
const text = (days: number) => ago(days).toISOString();
/** An id as it was made this many days ago. */
const idOf = (days: number) => uuidv7({ msecs: ago(days).getTime() });
const leftOf = async (
  table: typeof sessions | typeof mails | typeof auditEvents | typeof tasks | typeof invitations,
  ids: string[],
) => {
  const rows = await db.select({ id: table.id }).from(table).where(inArray(table.id, ids));
  return ids.map((id) => rows.some((row) => row.id === id));
};

/** Runs a purge until it may not go on; answers the tasks that it enqueued to go on. */
async function purgeShort(purge: Task, own: Bindings = bindings) {
  await db.delete(tasks).where(and(eq(tasks.name, purge.name), eq(tasks.key, "rest")));
  await perform(purge, { steps: 1, bindings: own });
  return db
    .select()
    .from(tasks)
    .where(and(eq(tasks.name, purge.name), eq(tasks.key, "rest")));
}

describe("a purge that runs out of time goes on in another task:", () => {
  it("of audit events", async () => {
    const old = Array.from({ length: 1_001 }, () => ({ id: idOf(3_001), kind: "sign_in.failed" as const }));
    await db.insert(auditEvents).values(old.map((row) => ({ ...row, created_at: text(3_001) })));
    const own = { ...bindings, AUDIT_RETENTION_DAYS: "3000" };
    expect(await purgeShort(purgeAuditEvents, own)).toMatchObject([{ state: "waiting" }]);
    expect(await purgeShort(purgeAuditEvents, own)).toStrictEqual([]);
    expect(await db.$count(auditEvents, sql`created_at < now() - interval '3000 days'`)).toBe(0);
  });

  it("of users", async () => {
    const deleted = await Promise.all(Array.from({ length: 21 }, () => aUser({ deleted_at: text(3_001) })));
    expect(await purgeShort(purgeUsers)).toMatchObject([{ state: "waiting" }]);
    while ((await purgeShort(purgeUsers)).length > 0);
    const ids = deleted.map(({ id }) => id);
    expect(await db.$count(users, and(inArray(users.id, ids), isNull(users.purged_at)))).toBe(0);
  });

  it("of API keys that were revoked or have expired, and of no other", async () => {
    const { id: user_id } = await aUser();
    const [kept, ...rows] = [
      {},
      ...Array.from({ length: 1_001 }, (_, i) => ({ [i % 2 ? "revoked_at" : "expires_at"]: text(91) })),
    ].map((ended) => ({
      ...{ id: uuidv7(), user_id, made_by: user_id, name: unique(), permissions: [], networks: [], secret_hash: "" },
      ...ended,
    }));
    if (!kept) throw new Error("There is always one");
    const young = { ...kept, id: uuidv7(), name: unique(), revoked_at: text(89) };
    await db.insert(apiKeys).values([kept, young, ...rows]);
    expect(await purgeShort(purgeApiKeys)).toMatchObject([{ state: "waiting" }]);
    while ((await purgeShort(purgeApiKeys)).length > 0);
    expect(await db.$count(apiKeys, eq(apiKeys.user_id, user_id))).toBe(2);
    await db
      .update(users)
      .set({ deleted_at: text(3_001) })
      .where(eq(users.id, user_id));
    while ((await purgeShort(purgeUsers)).length > 0);
    expect(await db.$count(apiKeys, eq(apiKeys.user_id, user_id))).toBe(0);
  });

  it("of sessions", async () => {
    const { id: user_id } = await aUser();
    const row = () => ({ id: idOf(3_001), user_id, token_hash: "", created_at: text(3_001), expires_at: text(3_000) });
    await db.insert(sessions).values(Array.from({ length: 1_001 }, row));
    expect(await purgeShort(purgeSessions)).toMatchObject([{ state: "waiting" }]);
    expect(await purgeShort(purgeSessions)).toStrictEqual([]);
    expect(await db.$count(sessions, eq(sessions.user_id, user_id))).toBe(1);
  });
});

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

  it("mails are purged, those that still wait with their tasks, and none that is being sent or whose task is dead", async () => {
    const { id: user_id } = await aUser();
    const row = (days: number) => ({
      ...{ id: idOf(days), user_id, kind: "new_sign_in" as const, recipient: "a@example.com", data: {} },
      created_at: text(days),
    });
    const states = ["done", "cancelled", "dead", "waiting", "running", undefined] as const;
    const rows = [...states.map(() => row(91)), row(89)];
    const ids = rows.map(({ id }) => id);
    await db.insert(mails).values(rows);
    for (const [i, state] of states.entries()) {
      const isTask = eq(tasks.id, ids[i] ?? "");
      if (state) await db.update(tasks).set({ state }).where(isTask);
      else await db.delete(tasks).where(isTask);
    }
    await perform(purgeMails);
    expect(await leftOf(mails, ids)).toStrictEqual([false, false, true, false, true, false, true]);
    const after = await db.select({ id: tasks.id, state: tasks.state }).from(tasks).where(inArray(tasks.id, ids));
    const stateOf = new Map(after.map(({ id, state }) => [id, state]));
    const left = ["done", "cancelled", "dead", "cancelled", "running", undefined, "waiting"];
    expect(ids.map((id) => stateOf.get(id))).toStrictEqual(left);
  });

  it("invitations are purged that expired so long ago, whatever became of them", async () => {
    const { id: organization_id } = await anOrganization();
    const row = (days: number, more = {}) => {
      const id = uuidv7();
      const plain = { email: `${unique()}@example.com`, role: "member", token_hash: unique(), expires_at: text(days) };
      return { id, organization_id, ...plain, ...more };
    };
    const rows = [row(91), row(91, { accepted_at: text(92) }), row(89), row(89, { declined_at: text(90) })];
    await db.insert(invitations).values(rows);
    await perform(purgeInvitations);
    const ids = rows.map(({ id }) => id);
    expect(await leftOf(invitations, ids)).toStrictEqual([false, false, true, true]);
  });

  it("tasks are purged that ended, the dead ones later than others, and none that waits", async () => {
    const name = unique("ended");
    const row = (state: TaskState, days: number) => ({
      ...{ id: uuidv7(), name, input: {}, state, finished_at: state === "waiting" ? null : text(days) },
    });
    const rows = [
      row("done", 8),
      row("cancelled", 8),
      row("done", 6),
      row("dead", 91),
      row("dead", 89),
      row("waiting", 0),
    ];
    await db.insert(tasks).values(rows);
    await perform(purgeTasks);
    const left = await leftOf(
      tasks,
      rows.map(({ id }) => id),
    );
    expect(left).toStrictEqual([false, false, true, false, true, true]);
  });

  it("audit events are purged after 400 days unless a setting says otherwise, and nothing else can delete them", async () => {
    const ids = [idOf(401), idOf(399)];
    await db
      .insert(auditEvents)
      .values(ids.map((id, i) => ({ id, kind: "sign_in.failed" as const, created_at: text(i === 0 ? 401 : 399) })));
    await perform(purgeAuditEvents, { bindings: { ...bindings, AUDIT_RETENTION_DAYS: "0" } });
    expect(await leftOf(auditEvents, ids)).toStrictEqual([true, true]);
    await perform(purgeAuditEvents);
    expect(await leftOf(auditEvents, ids)).toStrictEqual([false, true]);
    await expect(db.execute(sql`delete from audit_events where id = ${ids[1]}`)).rejects.toThrow();
    expect(await leftOf(auditEvents, ids)).toStrictEqual([false, true]);
  });
});
