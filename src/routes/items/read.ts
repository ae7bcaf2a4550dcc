import { findItem } from "../../crud/items.ts";
import { endpoint, json, problems } from "../../endpoint.ts";
import { notFound } from "../../errors.ts";
import { ifNoneMatch, isKnown, notModified } from "../../etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Item } from "../../schemas/items.ts";

export const readItem = endpoint(
  {
    method: "get",
    path: "/items/{id}",
    operationId: "readItem",
    tags: ["items"],
    summary: "Get one item",
    description: "One of your items, or any for an admin.",
    access: "user",
    request: { params: IdParams },
    parameters: [ifNoneMatch],
    responses: { 200: json(Item, "The item", "ETag"), 304: notModified, ...problems("not_found") },
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [item] = await c.var.run(findItem(c.var.db, id, c.var.user.id));
    if (!item) notFound();
    if (isKnown(c, item.version)) return c.body(null, 304);
    return c.json(Item.parse(item), 200);
  },
);
