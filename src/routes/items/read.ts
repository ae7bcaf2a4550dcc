import { Items } from "../../crud/items.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { answersNotModified } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Item, ItemReadQuery } from "../../schemas/items.ts";

export const readItem = endpoint(
  {
    method: "get",
    path: "/items/{id}",
    operationId: "readItem",
    tags: ["items"],
    summary: "Get an item",
    description:
      "One of your items; admins may get any. With `include=owner`, the `ETag` covers the owner's profile too.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:read",
    versioned: true,
    request: { params: IdParams, query: ItemReadQuery },
    responses: { 200: json(Item, "The item") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const withOwner = c.req.valid("query").include?.includes("owner") ?? false;
    const { db, user, run } = c.var;
    const [item] = await run(Items.find(db, id, user, withOwner));
    if (!item) notFound();
    if (answersNotModified(c, item.etag, withOwner ? `-${item.owner?.version ?? 0}` : "")) return c.body(null, 304);
    return c.json(Item.parse(item), 200);
  },
);
