import { listItems } from "../../crud/items.ts";
import { endpoint, json, problems } from "../../endpoint.ts";
import { ItemPage } from "../../schemas/items.ts";
import { PageQuery } from "../../schemas/pages.ts";
import { startOfPage, toPage } from "../../services/pages.ts";
import { linkNext } from "../links.ts";

export const listItemsPage = endpoint(
  {
    method: "get",
    path: "/items",
    operationId: "listItemsPage",
    tags: ["items"],
    summary: "List your items",
    description: "Newest first, a page at a time.",
    access: "user",
    request: { query: PageQuery },
    responses: { 200: json(ItemPage, "A page of your items; `Link` has the next"), ...problems("invalid_cursor") },
  },
  async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const ownerId = c.var.user.id;
    const list = { key: c.var.keys.cursor, scope: `items of ${ownerId}` };
    const after = await startOfPage(list, cursor);
    const rows = await c.var.run(listItems(c.var.db, { ownerId, after, limit: limit + 1 }));
    const page = await toPage(list, rows, limit);
    linkNext(c, page.next_cursor);
    return c.json(ItemPage.parse(page), 200);
  },
);
