import type { Context } from "hono";
import type { UserEnv } from "../context/types.ts";
import { forget } from "../middleware/edge-cache.ts";

/** Has the public face show these items as they are, in this data centre: each of them, and the first page of all. */
export function refreshPublicFace(c: Context<UserEnv>, ...ids: string[]): void {
  forget(c, "/api/v1/public/items", ...ids.map((id) => `/api/v1/public/items/${id.toLowerCase()}`));
}
