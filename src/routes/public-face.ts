import type { Context } from "hono";
import type { CallerEnv } from "../context/types.ts";
import { forget } from "../middleware/edge-cache.ts";

/** Evicts these items and the first public page from this data centre's cache, so that it shows them as they are. */
export function refreshPublicFace<Env extends CallerEnv>(c: Context<Env>, ...ids: string[]): void {
  forget(c, "/api/v1/public/items", ...ids.map((id) => `/api/v1/public/items/${id.toLowerCase()}`));
}
