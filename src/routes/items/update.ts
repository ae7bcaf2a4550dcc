import { updateItem } from "../../crud/items.ts";
import { body, endpoint, json, problems } from "../../endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts";
import { Item, ItemUpdate } from "../../schemas/items.ts";

export const changeItem = endpoint(
  {
    method: "patch",
    path: "/items/{id}",
    operationId: "changeItem",
    tags: ["items"],
    summary: "Change an item",
    description: "Fields that the body does not name keep their values.",
    access: "user",
    request: { params: IdParams, body: body(ItemUpdate) },
    responses: { 200: json(Item, "The changed item"), ...problems("not_found") },
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [item] = await c.var.run(updateItem(c.var.db, id, c.var.user.id, c.req.valid("json")));
    return c.json(Item.parse(item ?? notFound()), 200);
  },
);
