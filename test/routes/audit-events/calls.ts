import type { Calls } from "../../calls.ts";
import { aUser } from "../../harness.ts";

export const calls: Calls = {
  listMyAuditEventsPage: async () => ({ path: "/users/me/audit-events", token: (await aUser()).token }),
  listAuditEventsPage: async () => ({ path: "/audit-events", token: (await aUser({ role: "admin" })).token }),
};
