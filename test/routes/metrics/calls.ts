import type { Calls } from "../../calls.ts";
import { aUser } from "../../harness.ts";

export const calls: Calls = {
  readMetrics: async () => ({ path: "/metrics", token: (await aUser({ role: "admin" })).token }),
};
