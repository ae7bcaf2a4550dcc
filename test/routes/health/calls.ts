import type { Calls } from "../../calls.ts";

export const calls: Calls = {
  health: async () => ({ path: "/health" }),
  ready: async () => ({ path: "/health/ready" }),
  openapi: async () => ({ path: "/openapi.json" }),
  docs: async () => ({ path: "/docs" }),
};
