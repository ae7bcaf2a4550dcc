import type { Calls } from "../../calls.ts";

export const calls: Calls = {
  health: async () => ({ path: "/health" }),
  version: async () => ({ path: "/version" }),
  ready: async () => ({ path: "/health/ready" }),
  openapi: async () => ({ path: "/openapi.json" }),
  docs: async () => ({ path: "/docs" }),
};
