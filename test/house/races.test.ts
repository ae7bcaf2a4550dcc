import { and, eq, isNull, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { sessions, throttles, users } from "../../src/db/schema.ts";
import { aKey, aUser, db, deleteOwn, deps, quickHash, serve, settings, unique } from "../harness.ts";
import { holding } from "../holding.ts";
import { aMember, anOrganization } from "../members.ts";

const api = serve();

const fifty = Array.from({ length: 50 }, (_, i) => i);

describe("promise 7: fifty sign-ups at once for one e-mail", () => {
  it("make one account, whatever the letter case", async () => {
    const name = unique("race");
    const answers = await Promise.all(
      fifty.map((i) => {
        const email = i % 2 ? `${name}@example.com` : `${name.toUpperCase()}@EXAMPLE.com`;
        return api.post("/users", { json: { email, username: `${name}.${i}`, password: "correct horse battery" } });
      }),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
    for (const { status, body } of answers) if (status === 409) expect(body.code).toBe("email_taken");
    const rows = await db
      .select()
      .from(users)
      .where(eq(sql`lower(${users.email})`, `${name}@example.com`));
    expect(rows).toHaveLength(1);
  });
});

describe("promise 3: fifty uses of one refresh token at once", () => {
  const password = "correct horse battery";

  it("make one rotation, and all get the same successor", async () => {
    const { username, id } = await aUser({ password_hash: quickHash(password) });
    const { refresh_token } = (await api.post("/auth/login", { json: { username, password } })).body;
    const answers = await Promise.all(fifty.map(() => api.post("/auth/refresh", { json: { refresh_token } })));
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    const successor = answers[0]?.body.refresh_token;
    const next = await api.post("/auth/refresh", { json: { refresh_token: successor } });
    expect(next.status).toBe(200);
    expect(
      await db
        .select()
        .from(sessions)
        .where(and(eq(sessions.user_id, id), isNull(sessions.revoked_at))),
    ).toHaveLength(2);
  });

  it("against signing out: the session is over, whoever came first", async () => {
    const { username } = await aUser({ password_hash: quickHash(password) });
    const { refresh_token } = (await api.post("/auth/login", { json: { username, password } })).body;
    const [out, ...answers] = await Promise.all([
      api.post("/auth/logout", { json: { refresh_token } }),
      ...fifty.map(() => api.post("/auth/refresh", { json: { refresh_token } })),
    ]);
    expect(out.status).toBe(204);
    for (const { status, body } of answers) {
      expect([200, 400]).toContain(status);
      if (status === 200) expect((await api.get("/users/me", { token: body.access_token })).status).toBe(401);
    }
  });
});

function admins() {
  return db
    .select()
    .from(users)
    .where(and(eq(users.role, "admin"), isNull(users.deleted_at)));
}

/** Makes two admins, and users of all others. */
async function theOnlyAdmins() {
  const everyone = await admins();
  const [first, second] = [await aUser({ role: "admin" }), await aUser({ role: "admin" })];
  for (const other of everyone) await db.update(users).set({ role: "user" }).where(eq(users.id, other.id));
  return { first, second };
}

describe("two admins who demote each other at once", () => {
  it("leave one", async () => {
    const { first, second } = await theOnlyAdmins();
    const demote = (by: { token: string }, whom: { id: string }) =>
      api.as(by).patch(`/users/${whom.id}`, { role: "user" });
    // Both have written, and look for another admin at the same time.
    const held = await holding(sql`select pg_advisory_xact_lock(hashtext('keep_an_admin'))`);
    const calls = [demote(first, second), demote(second, first)];
    await held.meets(...calls);
    await held.release();
    const answers = await Promise.all(calls);
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses[0]).toBe(200);
    // The loser is refused as the last admin, as no admin any more, or as somebody who reaches nobody else.
    expect([403, 404, 409]).toContain(statuses[1]);
    const left = await admins();
    expect(left).toHaveLength(1);
    const [last] = left;
    const survivor = last?.id === first.id ? first : second;
    await aUser({ role: "admin", is_active: false });
    await aUser({ role: "admin", deleted_at: new Date().toISOString() });
    const itself = await api.as(survivor).patch("/users/me", { role: "user" });
    expect(itself.status).toBe(409);
    expect(itself.body.code).toBe("last_admin");
    expect((await deleteOwn(survivor)).body.code).toBe("last_admin");
  });
});

describe("an admin who is demoted at repeatable read", () => {
  it("stays one, as that transaction would not see that the others go", async () => {
    const { first } = await theOnlyAdmins();
    const terms = { isolation: "repeatable read", timeout: 10_000 } as const;
    const session = await deps.begin(settings, { count: 0, milliseconds: 0 }, terms);
    const demoted = session.db.update(users).set({ role: "user" }).where(eq(users.id, first.id));
    await expect(demoted).rejects.toMatchObject({ cause: { code: "25001" } });
    session.close();
    expect(await admins()).toHaveLength(2);
  });
});

describe("two admins who delete each other at once", () => {
  it("leave one", async () => {
    const { first, second } = await theOnlyAdmins();
    const held = await holding(sql`select pg_advisory_xact_lock(hashtext('keep_an_admin'))`);
    const calls = [api.as(first).delete(`/users/${second.id}`), api.as(second).delete(`/users/${first.id}`)];
    await held.meets(...calls);
    await held.release();
    const answers = await Promise.all(calls);
    expect(answers.map(({ status }) => status).toSorted()).toStrictEqual([204, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("last_admin");
    expect(await admins()).toHaveLength(1);
  });
});

describe("two admins who deactivate themselves at once", () => {
  it("leave one", async () => {
    const { first, second } = await theOnlyAdmins();
    // Each change is made, and waits for the sessions that it ends.
    const held = await holding(sql`select from sessions where user_id in (${first.id}, ${second.id}) for update`);
    const calls = [first, second].map(({ token }) => api.patch("/users/me", { token, json: { is_active: false } }));
    await held.meets(...calls);
    await held.release();
    const answers = await Promise.all(calls);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("last_admin");
    expect((await admins()).filter(({ is_active }) => is_active)).toHaveLength(1);
  });
});

describe("two managers who rotate two keys of an organization at once", () => {
  it("wait for the counters of mail in one order, and neither is undone", async () => {
    const { id, path, owner, admin } = await anOrganization();
    const managers = [admin, await aMember({ id }, "admin")];
    const rotations = await Promise.all(
      managers.map(async (manager) => {
        const key = await aKey({ organization_id: id, made_by: manager.id }, { permissions: ["audit:read"] });
        return () => api.as(manager).post(`${path}/api-keys/${key.id}/rotate`, {});
      }),
    );
    const counter = `mail:api_key_rotated:${owner.id}`;
    await db.insert(throttles).values({ key: counter, attempts: 0 });
    const held = await holding(sql`select from throttles where key = ${counter} for update`);
    const calls = rotations.map((rotate) => rotate());
    await held.meets(...calls);
    await held.release();
    const answers = await Promise.all(calls);
    expect(answers.map(({ status, triedAgain }) => [status, triedAgain])).toStrictEqual([
      [200, 0],
      [200, 0],
    ]);
  });
});
