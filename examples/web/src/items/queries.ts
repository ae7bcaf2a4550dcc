import type { components } from "@plinth/client";
import { infinite } from "@plinth/client/tanstack";
import { api } from "../api.ts";

export type Item = components["schemas"]["Item"];

export const sorts = [
  { value: "", label: "Newest first" },
  { value: "-updated_at", label: "Last changed first" },
  { value: "title", label: "By title" },
  { value: "created_at", label: "Oldest first" },
] as const;
type Sort = Exclude<(typeof sorts)[number]["value"], "">;

export type ItemSearch = { q?: string; sort?: Sort };

/** Reads the query of the list's address. Leaves out a value that is none of ours. */
export function itemSearch({ q, sort }: Record<string, unknown>): ItemSearch {
  const known = sorts.find(({ value }) => value === sort)?.value;
  return {
    ...(typeof q === "string" && q.trim() !== "" && { q: q.slice(0, 200) }),
    ...(known && { sort: known }),
  };
}

/** The pages of the user's items. With `q` and no order, the best match comes first. */
export const itemPages = (search: ItemSearch) =>
  infinite(api, "/api/v1/items", { params: { query: { limit: 30, ...search } } });

export const deletedPages = infinite(api, "/api/v1/items", { params: { query: { limit: 30, status: "deleted" } } });
