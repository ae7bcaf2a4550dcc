import type { Calls } from "../../calls.ts";
import { anOrganization } from "../../members.ts";

export const calls: Calls = {
  listMembers: async () => {
    const { path, member } = await anOrganization();
    return { path: `${path}/members`, token: member.token };
  },
  updateMember: async () => {
    const { path, admin, member } = await anOrganization();
    return { path: `${path}/members/${member.id}`, token: admin.token, json: { role: "admin" } };
  },
  removeMember: async () => {
    const { path, admin, member } = await anOrganization();
    return { path: `${path}/members/${member.id}`, token: admin.token };
  },
  leaveOrganization: async () => {
    const { path, member } = await anOrganization();
    return { path: `${path}/leave`, token: member.token };
  },
};
