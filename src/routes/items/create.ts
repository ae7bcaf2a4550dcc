import { v7 as uuidv7 } from "uuid";
import { insertItem } from "../../crud/items.ts";
import { body, endpoint, json } from "../../endpoint.ts";
import { setETag } from "../../etag.ts";
import { Item, ItemCreate } from "../../schemas/items.ts";

export const createItem = endpoint(
  {
    method: "post",
    path: "/items",
    operationId: "createItem",
    tags: ["items"],
    summary: "Create an item",
    description: "The item is yours.",
    access: "user",
    request: { body: body(ItemCreate) },
    responses: { 201: json(Item, "The new item; `Location` is its URL") },
  },
  async (c) => {
    const id = uuidv7();
    const [item] = await c.var.run(insertItem(c.var.db, { ...c.req.valid("json"), id, owner_id: c.var.user.id }));
    setETag(c, 1);
    c.header("Location", `/api/v1/items/${id}`);
    return c.json(Item.parse(item), 201);
  },
);
