import { unwrap } from "@plinth/client";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { sentenceOf } from "../parts/problem.tsx";
import { say } from "../parts/toasts.tsx";
import type { Item } from "./queries.ts";

/** Brings a deleted item back, and says so. */
export async function restoreItem({ id, title }: Item): Promise<void> {
  try {
    unwrap(await api.POST("/api/v1/items/{id}/restore", { params: { path: { id } } }));
    say(`“${title}” is back.`);
  } catch (error) {
    say(sentenceOf(error));
  }
  await changed("/api/v1/items", "/api/v1/public/items");
}
