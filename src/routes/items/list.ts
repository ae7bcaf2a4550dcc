import { endpoint, json } from "../../endpoint/endpoint.ts";
import { ItemPage, ItemQuery } from "../../schemas/items.ts";
import { pageOfItems } from "../../services/items.ts";

export const listItems = endpoint(
  {
    method: "get",
    path: "/items",
    operationId: "listItems",
    tags: ["items"],
    summary: "List your items",
    description: "A page at a time, newest first unless `sort` says otherwise. Admins may list another user's items.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:read",
    paged: true,
    request: { query: ItemQuery },
    responses: { 200: json(ItemPage, "A page of your items") },
    errors: ["forbidden"],
  },
  async (c) => {
    const page = await pageOfItems(c.var, c.req.valid("query"));
    return c.json(ItemPage.parse(page), 200);
  },
);
