import type { Calls } from "../../calls.ts";
import { api, aUser, unique } from "../../harness.ts";

/** The token of a user with two events. */
async function anActiveUser(role: "user" | "admin"): Promise<string> {
  const { token } = await aUser({ role });
  for (let i = 0; i < 2; i++) await api.patch("/users/me", { token, json: { username: unique() } });
  return token;
}

export const calls: Calls = {
  listMyAuditEvents: async () => ({ path: "/users/me/audit-events", token: await anActiveUser("user") }),
  listAuditEvents: async () => ({ path: "/audit-events", token: await anActiveUser("admin") }),
};
