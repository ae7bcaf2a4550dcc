import { customRoles } from "../../../src/db/schema.ts";
import type { Calls } from "../../calls.ts";
import { db } from "../../harness.ts";
import { anOrganization } from "../../members.ts";

/** An organization with a role of its own, which nobody has. */
const withRole = async () => {
  const { id, path, admin, member } = await anOrganization();
  await db.insert(customRoles).values({ organization_id: id, name: "support", permissions: ["audit:read"] });
  return { path: `${path}/roles`, admin, member };
};

export const calls: Calls = {
  listRoles: async () => {
    const { path, member } = await withRole();
    return { path, token: member.token };
  },
  createRole: async () => {
    const { path, admin } = await anOrganization();
    return { path: `${path}/roles`, token: admin.token, json: { name: "support", permissions: ["audit:read"] } };
  },
  updateRole: async () => {
    const { path, admin } = await withRole();
    return { path: `${path}/support`, token: admin.token, json: { permissions: ["members:manage"] } };
  },
  deleteRole: async () => {
    const { path, admin } = await withRole();
    return { path: `${path}/support`, token: admin.token };
  },
};
