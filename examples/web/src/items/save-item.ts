import { changing, ifMatch, unwrap } from "@plinth/client";
import { api } from "../api.ts";
import type { Item } from "./queries.ts";

/** The fields of an item that can be changed. */
export type Draft = Pick<Item, "title" | "description" | "is_public">;

/** Saves a draft over the version that was shown. If somebody else was faster, `theirs` is the item as it is now. */
export async function saveItem(shown: Item, draft: Draft): Promise<{ saved: Item; theirs?: Item }> {
  const params = { path: { id: shown.id } };
  const { current, ...result } = await changing(
    api.PATCH("/api/v1/items/{id}", { params: { ...params, header: ifMatch(shown) }, body: draft }),
    () => api.GET("/api/v1/items/{id}", { params }),
  );
  if (current) return { saved: shown, theirs: current };
  return { saved: unwrap(result) };
}
