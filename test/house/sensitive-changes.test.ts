import { and, eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Policy, Proof } from "../../src/context/policy.ts";
import { auditEvents, mails, members, users } from "../../src/db/schema.ts";
import { endpoint } from "../../src/endpoint/endpoint.ts";
import { endpoints } from "../../src/routes/index.ts";
import { isSensitive, type SensitiveChange, sensitiveChanges } from "../../src/services/sensitive-changes.ts";
import { type AuditKind, auditKinds } from "../../src/values.ts";
import { exampleBody } from "../examples.ts";
import { type Answer, aKey, aUser, db, quickHash, serve, serveWithMailbox, unique } from "../harness.ts";
import { aMember, anOrganization } from "../members.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const api = serveWithMailbox();
const admin = await aUser({ role: "admin" });
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

type User = Awaited<ReturnType<typeof aUser>>;
type From = { headers: Record<string, string> };
/** The call that makes a change, and the same without its proof. */
type Scenario = {
  /** The account; `watched` unless a scenario needs another. */
  user: User;
  change: (from: From) => Promise<Answer>;
  unproven: (from: From) => Promise<Answer>;
};

/** A user whose sensitive fields no transaction may change without an event and a mail: see the trigger below. */
const watched = (values: Parameters<typeof aUser>[0] = {}) => {
  const id = uuidv7();
  const deleted_by = values.deleted_at ? id : null;
  return aUser({ id, full_name: "Watched", password_hash, deleted_by, ...values });
};
const deleted = () => watched({ deleted_at: new Date().toISOString() });
const signIn = async ({ username }: User) => (await api.post("/auth/login", { json: { username, password } })).body;

type Making = Record<string, () => Promise<Scenario>>;

/** A patch of somebody by an admin; without the proof, by themselves. */
const byAdmin =
  (json: object, values = {}) =>
  async () => {
    const user = await watched(values);
    return {
      user,
      change: (from: From) => api.patch(`/users/${user.id}`, { ...from, token: admin.token, json }),
      unproven: (from: From) => api.patch(`/users/${user.id}`, { ...from, token: user.token, json }),
    };
  };
/** A patch of oneself; without the proof, by nobody or by somebody who is no admin. */
const ofOneself = (path: (user: User) => string, json: () => object, role?: "admin") => async () => {
  const user = await watched({ ...(role && { role }) });
  return {
    user,
    change: (from: From) => api.patch(path(user), { ...from, token: user.token, json: json() }),
    unproven: async (from: From) => {
      const other = await aUser();
      return api.patch(path(other), { ...from, ...(role && { token: other.token }), json: json() });
    },
  };
};

/** A change of the user's key by a session; without the proof, by the key itself. */
const ofAKey = (call: (id: string) => [method: string, path: string, json: object | undefined]) => async () => {
  const user = await watched();
  const key = await aKey({ user_id: user.id });
  const [method, path, json] = call(key.id);
  const make = (from: From, token: string) => api.call(method, path, { ...from, token, json });
  return { user, change: (from: From) => make(from, user.token), unproven: (from: From) => make(from, key.token) };
};

/** A change of an organization's key by an admin of it; without the proof, by another member. */
const ofAnOrganizationsKey =
  (call: (path: string) => [method: string, path: string, json: object | undefined]) => async () => {
    const [user, { id, member }] = [await watched(), await anOrganization()];
    await db.insert(members).values({ organization_id: id, user_id: user.id, role: "admin" });
    const owner = { organization_id: id, made_by: user.id };
    const key = await aKey(owner, { permissions: ["keys:manage"] });
    const [method, path, json] = call(`/organizations/${id}/api-keys/${key.id}`);
    const make = (from: From, { token }: { token: string }) => api.call(method, path, { ...from, token, json });
    return { user, change: (from: From) => make(from, user), unproven: (from: From) => make(from, member) };
  };

type Organization = Awaited<ReturnType<typeof anOrganization>>;
type Acting = { token: string };
/** A change of a member by another one; without the proof, by one who may not. */
const ofAMember =
  (
    call: (
      organization: Organization,
      user: User,
    ) => readonly [method: string, path: string, json: object | undefined, may: Acting, mayNot: Acting],
  ) =>
  async () => {
    const [user, organization] = [await watched(), await anOrganization()];
    await db.insert(members).values({ organization_id: organization.id, user_id: user.id, role: "member" });
    const [method, path, json, may, mayNot] = call(organization, user);
    const make = (from: From, { token }: Acting) => api.call(method, path, { ...from, token, json });
    return { user, change: (from: From) => make(from, may), unproven: (from: From) => make(from, mayNot) };
  };

const scenarios: Making = {
  "changeMyEmail email.change_requested": async () => {
    const user = await watched();
    const json = { email: `${unique("new")}@example.com`, current_password: password };
    return {
      user,
      change: (from) => api.post("/users/me/email", { ...from, token: user.token, json }),
      unproven: (from) =>
        api.post("/users/me/email", { ...from, token: user.token, json: { ...json, current_password: "wrong" } }),
    };
  },
  "confirmEmail email.changed": async () => {
    const user = await watched();
    const email = `${unique("new")}@example.com`;
    await api.as(user).post("/users/me/email", { email, current_password: password });
    const confirm = (from: From, token: string) => api.post("/auth/email/confirm", { ...from, json: { token } });
    return {
      user,
      change: (from) => confirm(from, api.tokenFor(email)),
      unproven: (from) => confirm(from, "no token"),
    };
  },
  "changeMyPassword password.changed": async () => {
    const user = await watched();
    const change = (from: From, current_password: string) =>
      api.put("/users/me/password", {
        ...from,
        token: user.token,
        json: { current_password, password: "an other one" },
      });
    return { user, change: (from) => change(from, password), unproven: (from) => change(from, "wrong") };
  },
  "resetPassword password.reset": async () => {
    const user = await watched();
    await api.post("/auth/password/forgot", { json: { email: user.email } });
    const reset = (from: From, token: string) =>
      api.post("/auth/password/reset", { ...from, json: { token, password: "an other one" } });
    return {
      user,
      change: (from) => reset(from, api.tokenFor(user.email)),
      unproven: (from) => reset(from, "no token"),
    };
  },
  "updateMe username.changed": ofOneself(
    () => "/users/me",
    () => ({ username: unique() }),
  ),
  "updateMe account.role_changed": ofOneself(
    () => "/users/me",
    () => ({ role: "user" }),
    "admin",
  ),
  "updateMe account.deactivated": ofOneself(
    () => "/users/me",
    () => ({ is_active: false }),
    "admin",
  ),
  "updateUser username.changed": ofOneself(
    ({ id }) => `/users/${id}`,
    () => ({ username: unique() }),
  ),
  "updateUser email.changed": byAdmin({ email: `${unique("new")}@example.com` }),
  "updateUser account.role_changed": byAdmin({ role: "admin" }),
  "updateUser account.activated": byAdmin({ is_active: true }, { is_active: false }),
  "updateUser account.deactivated": byAdmin({ is_active: false }),
  "deleteMe account.deleted": async () => {
    const user = await watched();
    const remove = (from: From, current_password: string) =>
      api.post("/users/me/deletion", { ...from, token: user.token, json: { current_password } });
    return { user, change: (from) => remove(from, password), unproven: (from) => remove(from, "wrong") };
  },
  "deleteUser account.deleted": async () => {
    const user = await watched();
    const remove = (from: From, { token }: User) => api.delete(`/users/${user.id}`, { ...from, token });
    return { user, change: (from) => remove(from, admin), unproven: (from) => remove(from, user) };
  },
  "restoreUser account.restored": async () => {
    const user = await deleted();
    const other = await aUser();
    const restore = (from: From, { token }: User) => api.post(`/users/${user.id}/restore`, { ...from, token });
    return { user, change: (from) => restore(from, admin), unproven: (from) => restore(from, other) };
  },
  "createApiKey api_key.created": async () => {
    const user = await watched();
    const json = { name: "Nightly", permissions: ["items:read"] };
    const make = (from: From, header: { token?: string }) => api.post("/api-keys", { ...from, ...header, json });
    return { user, change: (from) => make(from, user), unproven: (from) => make(from, {}) };
  },
  "updateApiKey api_key.changed": ofAKey((id) => ["PATCH", `/api-keys/${id}`, { name: "Hourly" }]),
  "rotateApiKeySecret api_key.rotated": ofAKey((id) => ["POST", `/api-keys/${id}/rotate`, {}]),
  "deleteApiKey api_key.revoked": ofAKey((id) => ["DELETE", `/api-keys/${id}`, undefined]),
  "createOrganizationApiKey api_key.created": async () => {
    const [user, { id, member }] = [await watched(), await anOrganization()];
    await db.insert(members).values({ organization_id: id, user_id: user.id, role: "admin" });
    const json = { name: "Nightly", permissions: ["keys:manage"] };
    const make = (from: From, { token }: { token: string }) =>
      api.post(`/organizations/${id}/api-keys`, { ...from, token, json });
    return { user, change: (from) => make(from, user), unproven: (from) => make(from, member) };
  },
  "updateOrganizationApiKey api_key.changed": ofAnOrganizationsKey((path) => ["PATCH", path, { name: "Hourly" }]),
  "rotateOrganizationApiKeySecret api_key.rotated": ofAnOrganizationsKey((path) => ["POST", `${path}/rotate`, {}]),
  "deleteOrganizationApiKey api_key.revoked": ofAnOrganizationsKey((path) => ["DELETE", path, undefined]),
  "updateMember member.role_changed": ofAMember(({ path, admin, member }, user) => [
    ...(["PATCH", `${path}/members/${user.id}`, { role: "admin" }] as const),
    ...([admin, member] as const),
  ]),
  "removeMember member.removed": ofAMember(({ path, admin, member }, user) => [
    ...(["DELETE", `${path}/members/${user.id}`, undefined] as const),
    ...([admin, member] as const),
  ]),
  "offerOrganization organization.transfer_offered": ofAMember(({ path, owner, admin }, user) => [
    ...(["PUT", `${path}/transfer`, { user_id: user.id }] as const),
    ...([owner, admin] as const),
  ]),
  "deleteOrganization organization.deleted": async () => {
    const user = await watched();
    const { id, path, member } = await anOrganization({ owner_id: user.id });
    await db.insert(members).values({ organization_id: id, user_id: user.id, role: "admin" });
    const name = unique("role");
    await api.as(user).post(`${path}/roles`, { name, permissions: ["organization:delete"] });
    const remover = await aMember({ id }, name);
    const remove = (from: From, { token }: { token: string }) => api.delete(path, { ...from, token });
    return { user, change: (from) => remove(from, remover), unproven: (from) => remove(from, member) };
  },
  "acceptOrganization organization.transferred": async () => {
    const user = await watched();
    const { id, path, admin } = await anOrganization({ owner_id: user.id });
    await db.insert(members).values({ organization_id: id, user_id: user.id, role: "admin" });
    await api.as(user).put(`${path}/transfer`, { user_id: admin.id });
    const accept = (from: From, header: { token?: string }) =>
      api.post(`${path}/transfer/accept`, { ...from, ...header });
    return { user, change: (from) => accept(from, admin), unproven: (from) => accept(from, {}) };
  },
  "endUserSessions sessions.ended": async () => {
    const user = await watched();
    const end = (from: From, { token }: User) => api.delete(`/users/${user.id}/sessions`, { ...from, token });
    return { user, change: (from) => end(from, admin), unproven: (from) => end(from, user) };
  },
  "endOtherSessions sessions.ended": async () => {
    const user = await watched();
    const { access_token: token } = await signIn(user);
    const end = (from: From, header: { token?: string }) => api.delete("/auth/sessions", { ...from, ...header });
    return { user, change: (from) => end(from, { token }), unproven: (from) => end(from, {}) };
  },
  ...Object.fromEntries(
    Object.entries({ refreshTokens: "/auth/refresh", login: "/auth/login", resumeSession: "/auth/resume" }).map(
      ([operation, path]) => [
        `${operation} session.replayed`,
        async () => {
          const user = await watched();
          const { refresh_token: old } = await signIn(user);
          const refresh = (from: From, refresh_token: string) =>
            api.post(path, { ...from, form: { grant_type: "refresh_token", refresh_token } });
          await refresh({ headers: {} }, old);
          await db.execute(sql`update sessions set previous_until = array[now()] where user_id = ${user.id}`);
          return {
            user,
            change: (from: From) => refresh(from, old),
            unproven: (from: From) => refresh(from, `${old}x`),
          };
        },
      ],
    ),
  ),
  ...Object.fromEntries(
    ["login", "restoreAccount"].map((operationId) => [
      `${operationId} sign_in.new_network`,
      async () => {
        const user = await watched();
        const enter = (from: From, secret: string) =>
          api.post(operationId === "login" ? "/auth/login" : "/auth/restore", {
            ...from,
            json: { username: user.username, password: secret },
          });
        return { user, change: (from: From) => enter(from, password), unproven: (from: From) => enter(from, "wrong") };
      },
    ]),
  ),
  "restoreAccount account.restored": async () => {
    const user = await deleted();
    const restore = (from: From, secret: string) =>
      api.post("/auth/restore", { ...from, json: { username: user.username, password: secret } });
    return { user, change: (from) => restore(from, password), unproven: (from) => restore(from, "wrong") };
  },
};

const cells = endpoints.flatMap(({ policy }) =>
  changesOf(policy.changes).map(([change, proof]) => [`${policy.operationId} ${change}`, change, proof] as const),
);
const eventsOf = (userId: string, kind: AuditKind) =>
  db
    .select()
    .from(auditEvents)
    .where(and(eq(auditEvents.user_id, userId), eq(auditEvents.kind, kind)));
const rowOf = async (id: string) => (await db.select().from(users).where(eq(users.id, id)))[0];

/** From the test database alone: a change of a watched user commits only with an event and a notice beside it. */
beforeAll(async () => {
  const statements = [
    sql`create or replace function refuse_untold_change() returns trigger language plpgsql as $$
      begin
        if not exists (select from audit_events where user_id = new.id and created_at = now()::timestamptz(3))
          or not exists (select from mails where user_id = new.id and created_at = now()::timestamptz(3)) then
          raise exception 'A sensitive field was changed without an event and a mail';
        end if;
        return new;
      end
      $$`,
    sql`create constraint trigger users_refuse_untold_change after update on users deferrable initially deferred
      for each row when (old.full_name = 'Watched' and (old.email, old.username, old.role, old.is_active, old.password_hash)
        is distinct from (new.email, new.username, new.role, new.is_active, new.password_hash)
        or old.full_name = 'Watched' and (old.deleted_at is null) <> (new.deleted_at is null))
      execute function refuse_untold_change()`,
  ];
  for (const statement of statements) await db.execute(statement);
});
afterAll(async () => {
  await db.execute(sql`drop trigger if exists users_refuse_untold_change on users`);
  await db.execute(sql`drop function if exists refuse_untold_change()`);
});

describe("the matrix of sensitive changes", () => {
  it("has no empty cell: each change has a path, a proof that its rule takes, and a scenario here", () => {
    expect(Object.keys(scenarios).toSorted()).toStrictEqual(cells.map(([name]) => name).toSorted());
    const reached = new Set(cells.map(([, change]) => change));
    for (const change of Object.keys(sensitiveChanges)) expect(reached, change).toContain(change);
    for (const [name, change, proof] of cells) {
      const { proofs }: { proofs: readonly Proof[] } = sensitiveChanges[change];
      expect(proofs, name).toContain(proof);
    }
  });

  it.each(cells)("%s takes its proof, and tells the owner at the address of before", async (name, change, proof) => {
    const from = { headers: { "CF-Connecting-IP": "203.0.113.77", "User-Agent": firefox } };
    const { user, change: make, unproven } = await (scenarios[name] ?? (() => Promise.reject(new Error(name))))();
    const before = await rowOf(user.id);
    const mailsBefore = api.sent.length;
    const refused = await unproven(from);
    // A page that asks at its start gets no error, and nothing else either.
    expect(name.startsWith("resumeSession") ? [204] : [400, 401, 403]).toContain(refused.status);
    expect(await eventsOf(user.id, change)).toStrictEqual([]);
    expect(await rowOf(user.id)).toStrictEqual(before);
    expect(api.sent).toHaveLength(mailsBefore);

    expect((await make(from)).status).toBeLessThan(change === "session.replayed" ? 401 : 300);
    const byMember = /^(member|organization)\./.test(change);
    const byOwner = !byMember && (proof !== "admin" || name.startsWith("updateMe "));
    expect(await eventsOf(user.id, change)).toMatchObject([{ network: "203.0.113.77" }]);
    const { notice } = sensitiveChanges[change];
    // A mail whose task did not run right after the answer is sent by a later run.
    await api.tasks();
    const notices = await db
      .select()
      .from(mails)
      .where(and(eq(mails.user_id, user.id), eq(mails.kind, notice.name)));
    expect(notices).toMatchObject([{ recipient: user.email, sent_at: expect.any(String) }]);
    const { text = "" } = api.sent.find(({ id }) => id === notices[0]?.id) ?? {};
    expect(text).toContain(`Hello ${user.username},`);
    expect(text).toMatch(/\nWhen: \d{1,2} \w+ \d{4}, \d\d:\d\d UTC\n/);
    expect(text).toContain(
      proof === "refresh_token"
        ? "\nBy: somebody who was not signed in\n"
        : byOwner
          ? "\nFrom: Firefox on Linux, network 203.0.113.77\n"
          : byMember
            ? "\nBy: another member of the organization\n"
            : "\nBy: an administrator of Plinth\n",
    );
    if (!byOwner || proof === "refresh_token") expect(text).not.toContain("203.0.113.77");
    expect(text).toMatch(/\n\nIf [^\n]+\n\n-- \nPlinth\n$/);
    expect(text).not.toMatch(/token=|https?:/);
  });
});

describe("an endpoint that changes a sensitive field", () => {
  const writing = endpoints.filter(({ contract }) => contract.method !== "get" && contract.access !== "public");
  const tables = writing.map(({ policy: { operationId }, ...endpoint }) => [operationId, endpoint] as const);

  it.each(tables)("%s tells of it, whoever calls and whatever it takes", async (_name, { contract, route }) => {
    for (const byThemselves of [true, false]) {
      const user = await watched();
      const json = {
        ...exampleBody({ route }),
        ...("email" in (exampleBody({ route }) ?? {}) && { email: `${unique("new")}@example.com` }),
      };
      const path = contract.path.replace("{id}", user.id);
      const answer = await api.call(contract.method.toUpperCase(), path, {
        token: byThemselves ? user.token : admin.token,
        json,
      });
      expect(answer.status).toBeLessThan(500);
    }
  });
});

describe("a user who repeats a change", () => {
  it("gets ten notices of one kind, one more every six minutes, and an event each time", async () => {
    const user = await aUser({ email_verified_at: new Date().toISOString() });
    const rename = () => api.as(user).patch("/users/me", { username: unique() });
    const noticesOf = (change: SensitiveChange) =>
      db.$count(mails, and(eq(mails.user_id, user.id), eq(mails.kind, sensitiveChanges[change].notice.name)));
    for (let i = 0; i < 12; i++) expect((await rename()).status).toBe(200);
    expect(await eventsOf(user.id, "username.changed")).toHaveLength(12);
    expect(await noticesOf("username.changed")).toBe(10);
    await api.as(admin).patch(`/users/${user.id}`, { role: "admin" });
    expect(await noticesOf("account.role_changed")).toBe(1);
    // The rest of a period counts towards the next, and what is over of a month counts for nothing.
    for (const [minutes, renames, notices] of [
      [9, 2, 11],
      [3, 2, 12],
      [30 * 24 * 60, 12, 22],
    ] as const) {
      await db.execute(sql`update throttles set last_attempt_at = last_attempt_at - make_interval(mins => ${minutes}::int)
        where key like ${`%${user.id}`}`);
      for (let i = 0; i < renames; i++) await rename();
      expect(await noticesOf("username.changed")).toBe(notices);
    }
  });
});

describe("an endpoint that does not declare a sensitive change", () => {
  it("cannot make it: 500, and the log names both", async () => {
    const [found] = endpoints.filter(({ policy }) => policy.operationId === "updateMe");
    if (!found) throw new Error("There is no updateMe");
    // The compiler takes no contract and handler that it does not know.
    const undeclared = endpoint({ ...found.contract, changes: {} } as never, found.handler as never);
    const user = await watched();
    const app = serve({ endpoints: [undeclared], mayFail: true });
    expect((await app.as(user).patch("/users/me", { username: unique() })).status).toBe(500);
    expect(JSON.stringify(app.logs)).toContain("updateMe must declare under `changes` that it does username.changed");
    expect((await rowOf(user.id))?.username).toBe(user.username);
  });
});

function changesOf(changes: Policy["changes"]): [SensitiveChange, Proof][] {
  return auditKinds.flatMap((kind) => {
    const proof = changes[kind];
    return isSensitive(kind) && proof ? [[kind, proof]] : [];
  });
}
