import type { Calls } from "../../calls.ts";

export const calls: Calls = {
  openapi: async () => ({ path: "/openapi.json" }),
  docs: async () => ({ path: "/docs" }),
};
