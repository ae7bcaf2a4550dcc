import type { Calls } from "../../calls.ts";
import { aUser } from "../../harness.ts";

export const calls: Calls = {
  listMyAuditEvents: async () => ({ path: "/users/me/audit-events", token: (await aUser()).token }),
  listAuditEvents: async () => ({ path: "/audit-events", token: (await aUser({ role: "admin" })).token }),
};
