import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { customRoles, invitations, members } from "../../../src/db/schema.ts";
import { db, unique } from "../../harness.ts";
import { aMember, anOrganization } from "../../members.ts";

const rolesOf = ({ id }: { id: string }) => db.$count(customRoles, eq(customRoles.organization_id, id));
const addRoles = ({ id }: { id: string }, names: string[]) =>
  db.insert(customRoles).values(names.map((name) => ({ organization_id: id, name, permissions: [] })));

it("an organization never has more than fifty roles of its own, however many are made at once", async () => {
  const organization = await anOrganization();
  await addRoles(
    organization,
    Array.from({ length: 47 }, (_, i) => `role-${i}`),
  );
  const make = (i: number) =>
    organization.admin.post(`${organization.path}/roles`, { name: `new-${i}`, permissions: [] });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => make(i)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
  expect(new Set(answers.map(({ body }) => body.code))).toStrictEqual(new Set([undefined, "quota_exceeded"]));
  expect(await rolesOf(organization)).toBe(50);
});

it("a role that is deleted while it is given to a member or with an invitation is either kept or not given", async () => {
  const organization = await anOrganization();
  const { id, path, admin } = organization;
  const names = Array.from({ length: 16 }, (_, i) => `role-${i}`);
  await addRoles(organization, names);
  const people = await Promise.all(names.map(() => aMember(organization)));
  await Promise.all(
    names.flatMap((role, i) => {
      const give = () =>
        i % 2
          ? admin.patch(`${path}/members/${people[i]?.id}`, { role })
          : admin.post(`${path}/invitations`, { email: `${unique()}@example.com`, role });
      const drop = () => admin.delete(`${path}/roles/${role}`);
      return i % 4 < 2 ? [give(), drop()] : [drop(), give()];
    }),
  );
  const [kept, given, invited] = await Promise.all([
    db.select().from(customRoles).where(eq(customRoles.organization_id, id)),
    db.select().from(members).where(eq(members.organization_id, id)),
    db.select().from(invitations).where(eq(invitations.organization_id, id)),
  ]);
  const there = ["member", "admin", ...kept.map(({ name }) => name)];
  for (const { role } of [...given, ...invited]) expect(there).toContain(role);
});
