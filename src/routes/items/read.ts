import { findItem } from "../../crud/items.ts";
import { endpoint, json, problems } from "../../endpoint.ts";
import { notFound } from "../../errors.ts";
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
    responses: { 200: json(Item, "The item"), ...problems("not_found") },
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [item] = await c.var.run(findItem(c.var.db, id, c.var.user.id));
    return c.json(Item.parse(item ?? notFound()), 200);
  },
);
