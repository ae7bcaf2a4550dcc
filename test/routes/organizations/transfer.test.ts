import { and, desc, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditEvents, members } from "../../../src/db/schema.ts";
import type { AuditKind } from "../../../src/values.ts";
import { aUser, bindings, db, deleteOwn, serve, serveWithMailbox, unique } from "../../harness.ts";
import { aMember, anOrganization } from "../../members.ts";

const eventOf = async ({ id }: { id: string }, kind: AuditKind) => {
  const isIt = and(eq(auditEvents.organization_id, id), eq(auditEvents.kind, kind));
  const [event] = await db.select().from(auditEvents).where(isIt).orderBy(desc(auditEvents.id));
  return event;
};

describe("a transfer", () => {
  it("counts against ORGANIZATIONS_PER_USER when it is accepted, also in a race", async () => {
    const [user, first, second] = [await aUser(), await anOrganization(), await anOrganization()];
    const few = serve({ bindings: { ...bindings, ORGANIZATIONS_PER_USER: "1" } }).as(user);
    for (const { id, path, owner } of [first, second]) {
      await db.insert(members).values({ organization_id: id, user_id: user.id, role: "member" });
      await owner.put(`${path}/transfer`, { user_id: user.id });
    }
    const answers = await Promise.all([first, second].map(({ path }) => few.post(`${path}/transfer/accept`)));
    expect(answers.map(({ status }) => status).toSorted()).toStrictEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("quota_exceeded");
    const { body } = await few.post("/organizations", { name: unique(), slug: unique() });
    expect(body.code).toBe("quota_exceeded");
  });

  it("is recorded as concerning the member to whom it was offered, whoever cancels it", async () => {
    const organization = await anOrganization();
    const { path, owner, member } = organization;
    for (const actor of [owner, member]) {
      await owner.put(`${path}/transfer`, { user_id: member.id });
      expect((await actor.delete(`${path}/transfer`)).status).toBe(204);
      const event = await eventOf(organization, "organization.transfer_cancelled");
      expect(event).toMatchObject({ user_id: member.id, actor_id: actor.id });
    }
  });

  it("is told by mail to the member at the offer, and to the former owner at the acceptance", async () => {
    const app = serveWithMailbox();
    const organization = await anOrganization();
    const { path, name, owner, member } = organization;
    await app.as(owner).put(`${path}/transfer`, { user_id: member.id });
    await app.as(member).post(`${path}/transfer/accept`);
    expect(app.sent.map(({ to, subject }) => [to, subject])).toStrictEqual([
      [member.email, `${name} is offered to you`],
      [owner.email, `${name} has another owner`],
    ]);
    for (const { text } of app.sent) expect(text).toContain("\nBy: another member of the organization\n");
    const event = await eventOf(organization, "organization.transferred");
    expect(event).toMatchObject({ user_id: owner.id, actor_id: member.id });
  });
});

it("tells the owner by mail of a deletion by another member, and of none by the owner", async () => {
  const app = serveWithMailbox();
  const [theirs, own] = [await anOrganization(), await anOrganization()];
  const role = unique("role");
  await app.as(theirs.owner).post(`${theirs.path}/roles`, { name: role, permissions: ["organization:delete"] });
  expect((await app.as(await aMember(theirs, role)).delete(theirs.path)).status).toBe(204);
  expect((await app.as(own.owner).delete(own.path)).status).toBe(204);
  expect(app.sent.map(({ to, subject }) => [to, subject])).toStrictEqual([
    [theirs.owner.email, `${theirs.name} was deleted`],
  ]);
});

it("tells each organization that it went along with the account of its owner", async () => {
  const owner = await aUser();
  const alone = [await anOrganization({ owner_id: owner.id }), await anOrganization({ owner_id: owner.id })];
  for (const { id } of alone) {
    await db.delete(members).where(eq(members.organization_id, id));
    await db.insert(members).values({ organization_id: id, user_id: owner.id, role: "admin" });
  }
  expect((await deleteOwn(owner)).status).toBe(204);
  const events = await Promise.all(alone.map((one) => eventOf(one, "organization.deleted")));
  for (const event of events) expect(event).toMatchObject({ user_id: null, actor_id: owner.id });

  const [other, admin] = [await aUser(), await aUser({ role: "admin" })];
  const { body } = await other.post("/organizations", { name: unique(), slug: unique() });
  await admin.delete(`/users/${other.id}`, { headers: { "If-Match": "*" } });
  expect(await eventOf(body, "organization.deleted")).toMatchObject({ actor_id: admin.id });
});
