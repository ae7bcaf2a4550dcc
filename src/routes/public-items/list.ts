import { endpoint, json } from "../../endpoint/endpoint.ts";
import { PublicItemPage } from "../../schemas/items.ts";
import { pageOfPublicItems } from "../../services/items.ts";

export const listPublicItems = endpoint(
  {
    method: "get",
    path: "/public/items",
    operationId: "listPublicItems",
    tags: ["items"],
    summary: "List public items",
    description:
      "Newest first, from every user. A page can be shorter than `limit`: only a null `next_cursor` ends the list. `Age` is the " +
      "answer's age in seconds: up to 60, or up to 120 in caches beyond ours.",
    access: "public",
    paged: true,
    cached: { seconds: 60, staleSeconds: 60 },
    responses: { 200: json(PublicItemPage, "A page of public items") },
  },
  async (c) => {
    const page = await pageOfPublicItems(c.var, c.req.valid("query"));
    return c.json(PublicItemPage.parse(page), 200);
  },
);
