import { and, eq, ne, type SQL, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { Organizations } from "../../../src/crud/organizations.ts";
import { apiKeys, customRoles, invitations, members, organizations, users } from "../../../src/db/schema.ts";
import { aKey, aUser, bindings, db, deleteOwn, quickHash, serve, serveWithMailbox, unique } from "../../harness.ts";
import { holding } from "../../holding.ts";
import { aMember, anOrganization } from "../../members.ts";
import { invited } from "../invitations/calls.ts";

type Answer = Awaited<ReturnType<ReturnType<typeof serve>["get"]>>;

/** Makes two calls that wait in this order for the rows that a query locks, and lets them go. */
async function inOrder(query: SQL, first: () => Promise<Answer>, second: () => Promise<Answer>) {
  const held = await holding(query);
  const one = first();
  await held.meets(one);
  const two = second();
  await held.meets(one, two);
  await held.release();
  return Promise.all([one, two]);
}

const row = ({ id }: { id: string }) => sql`select from organizations where id = ${id}::uuid for no key update`;
const stored = async ({ id }: { id: string }) =>
  (await db.select().from(organizations).where(eq(organizations.id, id)))[0];

/** An organization with a role, an invitation and a key of its own. */
async function aWorld() {
  const organization = await anOrganization();
  const { id, path, owner } = organization;
  const role = unique("role");
  await db.insert(customRoles).values({ organization_id: id, name: role, permissions: [] });
  const invited = await owner.post(`${path}/invitations`, { email: `${unique()}@example.com` });
  const key = await aKey({ organization_id: id, made_by: owner.id }, { permissions: ["audit:read"] });
  return { ...organization, role, sent: invited.body.id, key: key.id };
}

describe("a member who is removed while they wait", () => {
  it("leaves no open invitation behind", async () => {
    const organization = await anOrganization();
    const { id, path, owner, admin } = organization;
    const [removed, invited] = await inOrder(
      row(organization),
      () => owner.delete(`${path}/members/${admin.id}`),
      () => admin.post(`${path}/invitations`, { email: `${unique()}@example.com` }),
    );
    expect([removed.status, invited.status]).toStrictEqual([204, 404]);
    expect(await db.$count(invitations, eq(invitations.organization_id, id))).toBe(0);
  });

  it("leaves no key behind", async () => {
    const organization = await anOrganization();
    const { id, path, owner, admin } = organization;
    const [, made] = await inOrder(
      row(organization),
      () => owner.delete(`${path}/members/${admin.id}`),
      () => admin.post(`${path}/api-keys`, { name: unique(), permissions: ["audit:read"] }),
    );
    expect(made.status).toBe(404);
    expect(await db.$count(apiKeys, eq(apiKeys.organization_id, id))).toBe(0);
  });

  it.each<[string, (world: Awaited<ReturnType<typeof aWorld>>) => Promise<Answer>]>([
    ["makes no role", ({ admin, path }) => admin.post(`${path}/roles`, { name: unique("role"), permissions: [] })],
    ["changes no role", ({ admin, path, role }) => admin.put(`${path}/roles/${role}`, { permissions: ["audit:read"] })],
    ["removes no role", ({ admin, path, role }) => admin.delete(`${path}/roles/${role}`)],
    ["gives nobody a role", ({ admin, path, member, role }) => admin.patch(`${path}/members/${member.id}`, { role })],
    ["removes nobody", ({ admin, path, member }) => admin.delete(`${path}/members/${member.id}`)],
    ["sends nobody an invitation again", ({ admin, path, sent }) => admin.post(`${path}/invitations/${sent}/resend`)],
    ["changes no key", ({ admin, path, key }) => admin.patch(`${path}/api-keys/${key}`, { name: unique() })],
    ["gets no secret of a key", ({ admin, path, key }) => admin.post(`${path}/api-keys/${key}/rotate`, {})],
    ["revokes no key", ({ admin, path, key }) => admin.delete(`${path}/api-keys/${key}`)],
  ])("%s", async (_, call) => {
    const world = await aWorld();
    const { path, owner, admin } = world;
    const [removed, refused] = await inOrder(
      row(world),
      () => owner.delete(`${path}/members/${admin.id}`),
      () => call(world),
    );
    expect([removed.status, refused.status]).toStrictEqual([204, 404]);
  });

  it("renames nothing", async () => {
    const organization = await anOrganization();
    const { path, owner, admin, name } = organization;
    const [, renamed] = await inOrder(
      row(organization),
      () => owner.delete(`${path}/members/${admin.id}`),
      () => admin.patch(path, { name: unique() }, { headers: { "If-Match": "*" } }),
    );
    expect(renamed.status).toBe(404);
    expect((await stored(organization))?.name).toBe(name);
  });
});

it("a user founds no more organizations than they may own, however many at once", async () => {
  const few = serve({ bindings: { ...bindings, ORGANIZATIONS_PER_USER: "3" } }).as(await aUser());
  const found = () => few.post("/organizations", { name: unique(), slug: unique() });
  const founded = await Promise.all(Array.from({ length: 20 }, found));
  expect(founded.filter(({ status }) => status === 201)).toHaveLength(3);
  expect(founded.filter(({ body }) => body.code === "quota_exceeded")).toHaveLength(17);
});

it("an organization has no more members than it may, however many accept an invitation at once", async () => {
  const { id, path, owner } = await anOrganization();
  const app = serveWithMailbox({ bindings: { ...bindings, MEMBERS_PER_ORGANIZATION: "4" } });
  const accepting = async () => {
    const guest = await aUser({ email_verified_at: new Date().toISOString() });
    await app.as(owner).post(`${path}/invitations`, { email: guest.email });
    return () => app.as(guest).post("/invitations/accept", { token: app.tokenFor(guest.email) });
  };
  const [joined, refused] = await inOrder(
    sql`select from ${invitations} where organization_id = ${id}::uuid for update`,
    await accepting(),
    await accepting(),
  );
  expect([joined.status, refused.status, refused.body.code]).toStrictEqual([200, 409, "quota_exceeded"]);
});

it.each(["declined_at", "revoked_at"])("an invitation lets nobody in while its %s is being set", async (column) => {
  const { path, guest, invitation, secret } = await invited();
  const held = await holding(
    sql`update ${invitations} set ${sql.identifier(column)} = now() where id = ${invitation.id}::uuid`,
  );
  const accepting = guest.post("/invitations/accept", { token: secret });
  await held.meets(accepting);
  await held.release();
  expect((await accepting).body.code).toBe("invalid_one_time_token");
  expect((await guest.get(path)).status).toBe(404);
});

it("a key of an organization, which is no member, finds no membership in it", async () => {
  const { id } = await anOrganization();
  expect(await Organizations.find(db, { organizationId: id, userId: null })).toStrictEqual([]);
});

it("a member cannot give their role back what is being taken from it", async () => {
  const organization = await anOrganization();
  const { id, path, owner } = organization;
  const [name, all] = [unique("role"), ["roles:manage", "keys:manage"] as const];
  await db.insert(customRoles).values({ organization_id: id, name, permissions: [...all] });
  const member = await aMember(organization, name);
  const isIt = and(eq(customRoles.organization_id, id), eq(customRoles.name, name));
  const [taken, given] = await inOrder(
    sql`select from organization_roles where organization_id = ${id}::uuid and name = ${name} for update`,
    () => owner.put(`${path}/roles/${name}`, { permissions: ["roles:manage"] }),
    () => member.put(`${path}/roles/${name}`, { permissions: all }),
  );
  expect([taken.status, given.status]).toStrictEqual([200, 403]);
  expect(await db.select({ permissions: customRoles.permissions }).from(customRoles).where(isIt)).toStrictEqual([
    { permissions: ["roles:manage"] },
  ]);
});

it("a former owner cannot delete what another one has just taken over", async () => {
  const organization = await anOrganization();
  const { path, owner, admin } = organization;
  await owner.put(`${path}/transfer`, { user_id: admin.id });
  const [accepted, deleted] = await inOrder(
    row(organization),
    () => admin.post(`${path}/transfer/accept`),
    () => owner.delete(path, { headers: { "If-Match": "*" } }),
  );
  expect([accepted.status, deleted.status]).toStrictEqual([200, 403]);
  expect((await stored(organization))?.deleted_at).toBeNull();
});

describe("an offer of an organization", () => {
  it("goes to no member who is being removed", async () => {
    const organization = await anOrganization();
    const { path, owner, member } = organization;
    const [, offered] = await inOrder(
      row(organization),
      () => owner.delete(`${path}/members/${member.id}`),
      () => owner.put(`${path}/transfer`, { user_id: member.id }),
    );
    expect(offered.body.code).toBe("invalid_reference");
    expect((await stored(organization))?.next_owner_id).toBeNull();
  });

  it("makes an owner whom nobody removes any more", async () => {
    const organization = await anOrganization();
    const { id, path, owner, member } = organization;
    await owner.put(`${path}/transfer`, { user_id: member.id });
    const [accepted, removed] = await inOrder(
      sql`select from ${members} where organization_id = ${id}::uuid and user_id = ${member.id}::uuid for update`,
      () => member.post(`${path}/transfer/accept`),
      () => owner.delete(`${path}/members/${member.id}`),
    );
    expect([accepted.status, removed.body?.code]).toStrictEqual([200, "owner_required"]);
    expect((await member.get(path)).body.role).toBe("owner");
  });

  it("is not accepted once it is being taken back", async () => {
    const organization = await anOrganization();
    const { path, owner, member } = organization;
    await owner.put(`${path}/transfer`, { user_id: member.id });
    const [cancelled, accepted] = await inOrder(
      row(organization),
      () => owner.delete(`${path}/transfer`),
      () => member.post(`${path}/transfer/accept`),
    );
    expect([cancelled.status, accepted.status]).toStrictEqual([204, 404]);
    expect((await stored(organization))?.owner_id).toBe(owner.id);
  });
});

it("a key that is made while its organization is deleted is refused without ending the caller's session", async () => {
  const organization = await anOrganization();
  const { path, owner, admin } = organization;
  const [, made] = await inOrder(
    row(organization),
    () => owner.delete(path, { headers: { "If-Match": "*" } }),
    () => admin.post(`${path}/api-keys`, { name: unique(), permissions: ["audit:read"] }),
  );
  expect(made.status).toBe(404);
  expect((await admin.get("/users/me")).status).toBe(200);
});

describe("an organization that is restored while its owner's account is deleted", () => {
  const isOrphan = async (organization: { id: string; owner_id: string }) => {
    const [owner] = await db.select().from(users).where(eq(users.id, organization.owner_id));
    return owner?.deleted_at !== null && (await stored(organization))?.deleted_at === null;
  };
  const deleted = () => anOrganization({ deleted_at: new Date().toISOString() });

  it.each(["the restore", "the deletion"])("never outlives it, if %s comes first", async (first) => {
    const organization = await deleted();
    const { path, owner } = organization;
    const calls = [() => owner.post(`${path}/restore`), () => deleteOwn(owner)] as const;
    const [one, two] = first === "the restore" ? calls : ([calls[1], calls[0]] as const);
    await inOrder(row(organization), one, two);
    expect(await isOrphan(organization)).toBe(false);
  });

  it("never outlives it, if an admin deletes the account", async () => {
    const organization = await deleted();
    const { path, owner } = organization;
    const root = await aUser({ role: "admin" });
    await inOrder(
      row(organization),
      () => owner.post(`${path}/restore`),
      () => root.delete(`/users/${owner.id}`, { headers: { "If-Match": "*" } }),
    );
    expect(await isOrphan(organization)).toBe(false);
  });
});

describe("an account", () => {
  type User = Awaited<ReturnType<typeof aUser>>;
  const deletions: [string, (user: User) => Promise<() => Promise<Answer>>][] = [
    [
      "its user",
      async (user) => {
        const current_password = unique("password");
        await db
          .update(users)
          .set({ password_hash: quickHash(current_password) })
          .where(eq(users.id, user.id));
        return () => user.post("/users/me/deletion", { current_password });
      },
    ],
    [
      "an admin",
      async ({ id }) => {
        const root = await aUser({ role: "admin" });
        return () => root.delete(`/users/${id}`, { headers: { "If-Match": "*" } });
      },
    ],
  ];

  it.each(deletions)(
    "is not deleted by %s while it takes over an organization with others",
    async (_by, deletionOf) => {
      const organization = await anOrganization();
      const { path, owner, member } = organization;
      await owner.put(`${path}/transfer`, { user_id: member.id });
      const [accepted, deleted] = await inOrder(
        row(organization),
        () => member.post(`${path}/transfer/accept`),
        await deletionOf(member),
      );
      expect([accepted.status, deleted.body?.code]).toStrictEqual([200, "owner_required"]);
    },
  );

  it.each(deletions)("is not deleted by %s while somebody joins its organization", async (_by, deletionOf) => {
    const organization = await anOrganization();
    const { id, path, owner } = organization;
    await db.delete(members).where(and(eq(members.organization_id, id), ne(members.user_id, owner.id)));
    const app = serveWithMailbox();
    const guest = await aUser({ email_verified_at: new Date().toISOString() });
    await app.as(owner).post(`${path}/invitations`, { email: guest.email });
    const json = { token: app.tokenFor(guest.email) };
    const [joined, deleted] = await inOrder(
      row(organization),
      () => app.as(guest).post("/invitations/accept", json),
      await deletionOf(owner),
    );
    expect([joined.status, deleted.body?.code]).toStrictEqual([200, "owner_required"]);
    expect((await stored(organization))?.deleted_at).toBeNull();
  });
});
