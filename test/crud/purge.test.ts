import { and, eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { Purge } from "../../src/crud/purge.ts";
import { purgeRows } from "../../src/crud/rows.ts";
import {
  auditEvents,
  idempotencyKeys,
  invitations,
  mails,
  oneTimeTokens,
  organizations,
  sessions,
  slugs,
  users,
} from "../../src/db/schema.ts";
import { purgeUsers } from "../../src/tasks/purge-users.ts";
import { aUser, bindings, db, deleteOwn, perform, quickHash, serve } from "../harness.ts";
import { anOrganization } from "../members.ts";

const admin = await aUser({ role: "admin" });
const password = "correct horse battery";
const password_hash = quickHash(password);
const quick = serve();
const fifty = Array.from({ length: 50 }, (_, i) => i);

/** One step of the task; answers how many users were purged. */
const purge = () => perform(purgeUsers, { steps: 1 });
/** Runs the task until nothing is left to do. */
const purgeAll = () => perform(purgeUsers);
const deletedFor = (id: string, days: number) =>
  db.execute(sql`update users set deleted_at = now() - make_interval(secs => ${days * 86_400}) where id = ${id}`);
const rowOf = async (id: string) => (await db.select().from(users).where(eq(users.id, id)))[0];

/** A user who has left something in every table of accounts: six rows, and this many sessions that ended. */
async function aUserWithRemains(sessionCount = 1) {
  const user = await aUser({ password_hash, full_name: "Ada Lovelace" });
  const headers = { "CF-Connecting-IP": "203.0.113.7", "User-Agent": "A browser" };
  await quick.post("/auth/login", { json: { username: user.username, password }, headers });
  await user.patch("/users/me", { full_name: "Ada" }, { headers });
  await db.execute(sql`insert into sessions (id, user_id, token_hash, expires_at)
    select gen_random_uuid(), ${user.id}::uuid, '', now() from generate_series(1, ${sessionCount}::int)`);
  await db
    .insert(mails)
    .values({ id: uuidv7(), user_id: user.id, kind: "new_sign_in", recipient: user.email, data: {} });
  const token = { user_id: user.id, token_hash: uuidv7(), email: user.email, expires_at: new Date().toISOString() };
  await db.insert(oneTimeTokens).values({ ...token, purpose: "reset_password" });
  await db.insert(idempotencyKeys).values({ user_id: user.id, key: "k", fingerprint: "f" });
  return user;
}

async function remainsOf(id: string) {
  const counts = await Promise.all([
    db.$count(sessions, eq(sessions.user_id, id)),
    db.$count(mails, eq(mails.user_id, id)),
    db.$count(oneTimeTokens, eq(oneTimeTokens.user_id, id)),
    db.$count(idempotencyKeys, eq(idempotencyKeys.user_id, id)),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}

describe("the purge of deleted users", () => {
  it("leaves them alone within the grace", async () => {
    const user = await aUserWithRemains();
    await deleteOwn(user);
    await deletedFor(user.id, 29.9);
    await purgeAll();
    expect(await rowOf(user.id)).toMatchObject({ email: user.email, purged_at: null });
    expect(await remainsOf(user.id)).toBe(8);
  });

  it("then scrubs what is personal, removes what they had, and writes it down once", async () => {
    const user = await aUserWithRemains();
    await db.update(users).set({ role: "admin" }).where(eq(users.id, user.id));
    const other = await aUser();
    const headers = { "CF-Connecting-IP": "203.0.113.7" };
    await user.patch(`/users/${other.id}`, { role: "admin" }, { headers });
    await deleteOwn(user, headers);
    await deletedFor(user.id, 30.1);
    await purgeAll();
    const row = await rowOf(user.id);
    expect(row).toMatchObject({ email: "", username: "", full_name: null, password_hash: "", email_verified_at: null });
    expect(row?.purged_at).not.toBeNull();
    expect(await remainsOf(user.id)).toBe(0);
    const events = await db
      .select()
      .from(auditEvents)
      .where(sql`${user.id}::uuid in (user_id, actor_id)`)
      .orderBy(auditEvents.id);
    expect(events.map(({ kind, network }) => [kind, network])).toStrictEqual([
      ["sign_in.succeeded", null],
      ["sign_in.new_network", null],
      ["account.role_changed", null],
      ["account.deleted", null],
      ["account.purged", null],
    ]);
    await purgeAll();
    expect(await db.$count(auditEvents, eq(auditEvents.user_id, user.id))).toBe(4);
  });

  it("goes on in bounded steps, and nothing brings a user back in between", async () => {
    const user = await aUserWithRemains(2_498);
    await deleteOwn(user);
    await deletedFor(user.id, 31);
    await purge();
    expect(await rowOf(user.id)).toMatchObject({ email: "", purged_at: null });
    expect(await remainsOf(user.id)).toBe(1_500);
    const patient = serve({ bindings: { ...bindings, DELETION_GRACE_DAYS: "60" } });
    expect((await patient.as(admin).post(`/users/${user.id}/restore`)).status).toBe(404);
    await purge();
    expect(await remainsOf(user.id)).toBe(500);
    await purge();
    expect(await remainsOf(user.id)).toBe(0);
    expect((await rowOf(user.id))?.purged_at).not.toBeNull();
  });

  const many = 1_001;
  it.each([
    [
      "sessions",
      (id: string) => sql`insert into sessions (id, user_id, token_hash, expires_at)
      select gen_random_uuid(), ${id}::uuid, '', now() from generate_series(1, ${many}::int)`,
    ],
    [
      "mails",
      (id: string) => sql`insert into mails (id, user_id, kind, recipient, data)
      select gen_random_uuid(), ${id}::uuid, 'new_sign_in', 'a@example.com', '{}' from generate_series(1, ${many}::int)`,
    ],
    [
      "keys",
      (id: string) => sql`insert into idempotency_keys (user_id, key, fingerprint)
      select ${id}::uuid, n::text, '' from generate_series(1, ${many}::int) n`,
    ],
    [
      "events that tell where they were",
      (id: string) => sql`insert into audit_events (id, kind, user_id, network)
      select gen_random_uuid(), 'sign_in.failed', ${id}::uuid, '203.0.113.7' from generate_series(1, ${many}::int)`,
    ],
  ])("is not over while %s are left", async (_what, fill) => {
    const user = await aUser();
    await db.execute(fill(user.id));
    await purgeAll();
    await deletedFor(user.id, 31);
    await purge();
    expect((await rowOf(user.id))?.purged_at).toBeNull();
    await purge();
    expect((await rowOf(user.id))?.purged_at).not.toBeNull();
  });

  it("works in a project without a resource", async () => {
    const user = await aUser();
    await deletedFor(user.id, 31);
    const event = { id: uuidv7(), kind: "account.purged" as const, user_id: user.id };
    const work = [...Purge.removeRemains(db, [user.id], 1_000, []), Purge.finish(db, user.id, event, [])] as const;
    const results = await db.batch([Purge.scrub(db, 30, 1_000), Purge.allow(db), ...work]);
    expect(results.at(-1)?.rows).toStrictEqual([{ id: user.id }]);
  });

  it("goes on until it is done, and answers how many, and not who", async () => {
    const user = await aUserWithRemains(2_498);
    await purgeAll();
    await deletedFor(user.id, 31);
    expect(await purgeAll()).toBe(1);
    expect((await rowOf(user.id))?.purged_at).not.toBeNull();
    expect(await purgeAll()).toBe(0);
  });

  it("against restoring at the same moment: wholly there or wholly gone", async () => {
    const patient = serve({ bindings: { ...bindings, DELETION_GRACE_DAYS: "60" } });
    const gone = await Promise.all(fifty.slice(0, 20).map(() => aUserWithRemains()));
    for (const { id } of gone) await deletedFor(id, 31);
    const attempts = gone.flatMap(({ id }) => [id, id, id]);
    const sweep = async () => {
      // So much later that some restores are ahead of it and some behind.
      await db.execute(sql`select 1`);
      await purge();
    };
    const restores = Promise.all(attempts.map((id) => patient.as(admin).post(`/users/${id}/restore`)));
    const [answers] = await Promise.all([restores, sweep(), sweep(), sweep()]);
    await purgeAll();
    const restored = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.id));
    for (const user of gone) {
      const row = await rowOf(user.id);
      const wins = answers.filter(({ status }, i) => attempts[i] === user.id && status === 200);
      expect(wins).toHaveLength(restored.has(user.id) ? 3 : 0);
      if (restored.has(user.id)) {
        expect(row).toMatchObject({ email: user.email, deleted_at: null, purged_at: null, password_hash });
        expect(await remainsOf(user.id)).toBe(8);
        const isRestored = and(eq(auditEvents.user_id, user.id), eq(auditEvents.kind, "account.restored"));
        expect(await db.$count(auditEvents, isRestored)).toBe(1);
      } else {
        expect(row).toMatchObject({ email: "", password_hash: "" });
        expect(row?.purged_at).not.toBeNull();
        expect(await remainsOf(user.id)).toBe(0);
      }
    }
  });
});

describe("the purge of an address", () => {
  const leftOf = async (email: string) => [
    await db.$count(invitations, eq(invitations.email, email)),
    await db.$count(mails, eq(mails.recipient, email)),
  ];
  const invite = async (email: string) => {
    const { path, admin } = await anOrganization();
    return admin.post(`${path}/invitations`, { email });
  };

  it("takes the invitations to it along, and their mails", async () => {
    const user = await aUser();
    await invite(user.email);
    await deleteOwn(user);
    await invite(user.email);
    expect(await leftOf(user.email)).toStrictEqual([2, 3]);
    await deletedFor(user.id, 31);
    await purgeAll();
    expect(await leftOf(user.email)).toStrictEqual([0, 0]);
  });

  it("leaves those of an account that has it now", async () => {
    const user = await aUser();
    await deleteOwn(user);
    await aUser({ email: user.email });
    await invite(user.email);
    await deletedFor(user.id, 31);
    await purgeAll();
    expect(await leftOf(user.email)).toStrictEqual([1, 1]);
  });
});

it("leaves a live organization alone that others use, and its owner with it", async () => {
  const { id, owner } = await anOrganization();
  await deletedFor(owner.id, 40);
  await purgeAll();
  expect(await db.$count(organizations, eq(organizations.id, id))).toBe(1);
  expect(await rowOf(owner.id)).toMatchObject({ purged_at: null });
});

it("removes the slugs of an organization with it", async () => {
  const { id, slug } = await anOrganization({ deleted_at: "2020-01-01T00:00:00.000Z" });
  await purgeRows(db, organizations, 30, 1_000);
  expect(await db.$count(organizations, eq(organizations.id, id))).toBe(0);
  expect(await db.$count(slugs, eq(slugs.slug, slug))).toBe(0);
});
