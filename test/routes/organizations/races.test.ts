import { and, eq, type SQL, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { Organizations } from "../../../src/crud/organizations.ts";
import { apiKeys, customRoles, invitations, organizations, users } from "../../../src/db/schema.ts";
import { aUser, db, deleteOwn, type serve, unique } from "../../harness.ts";
import { holding } from "../../holding.ts";
import { aMember, anOrganization } from "../../members.ts";

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
