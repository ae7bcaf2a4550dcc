import { eq } from "drizzle-orm";
import { organizations } from "../../../src/db/schema.ts";
import type { Calls } from "../../calls.ts";
import { aUser, db, unique } from "../../harness.ts";
import { anOrganization } from "../../members.ts";

const foundTwo = async () => {
  const ada = await aUser();
  for (const slug of [unique("one"), unique("two")]) await ada.post("/organizations", { name: slug, slug });
  return ada.token;
};
/** An organization whose owner has offered it to its member. */
const offered = async () => {
  const { id, path, owner, member } = await anOrganization();
  await db.update(organizations).set({ next_owner_id: member.id }).where(eq(organizations.id, id));
  return { path, owner, member };
};

export const calls: Calls = {
  createOrganization: async () => {
    const slug = unique("org");
    return { path: "/organizations", token: (await aUser()).token, json: { name: `The ${slug}`, slug } };
  },
  listOrganizations: async () => ({ path: "/organizations", token: await foundTwo() }),
  readOrganization: async () => {
    const { path, member } = await anOrganization();
    return { path, token: member.token };
  },
  updateOrganization: async () => {
    const { path, admin } = await anOrganization();
    return { path, token: admin.token, json: { slug: unique("new") } };
  },
  deleteOrganization: async () => {
    const { path, owner } = await anOrganization();
    return { path, token: owner.token };
  },
  restoreOrganization: async () => {
    const { path, owner } = await anOrganization({ deleted_at: new Date().toISOString() });
    return { path: `${path}/restore`, token: owner.token };
  },
  offerOrganization: async () => {
    const { path, owner, member } = await anOrganization();
    return { path: `${path}/transfer`, token: owner.token, json: { user_id: member.id } };
  },
  acceptOrganization: async () => {
    const { path, member } = await offered();
    return { path: `${path}/transfer/accept`, token: member.token };
  },
  cancelOrganizationTransfer: async () => {
    const { path, owner } = await offered();
    return { path: `${path}/transfer`, token: owner.token };
  },
  listOrganizationAuditEvents: async () => {
    const { path, admin } = await anOrganization();
    for (const slug of [unique("one"), unique("two")])
      await admin.patch(path, { slug }, { headers: { "If-Match": "*" } });
    return { path: `${path}/audit-events`, token: admin.token };
  },
};
