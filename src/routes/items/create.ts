import { v7 as uuidv7 } from "uuid";
import { Items } from "../../crud/items.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { Item, ItemCreate } from "../../schemas/items.ts";
import { listPublicItems } from "../public-items/list.ts";
import { readPublicItem } from "../public-items/read.ts";

export const createItem = endpoint(
  {
    method: "post",
    path: "/items",
    operationId: "createItem",
    tags: ["items"],
    summary: "Create an item",
    description: "You become its owner.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:write",
    idempotent: true,
    versioned: true,
    evicts: [listPublicItems, readPublicItem],
    request: { body: body(ItemCreate) },
    responses: { 201: json(Item, "The new item", "Location") },
    errors: ["quota_exceeded"],
  },
  async (c) => {
    const { db, evictFor, user, run, settings } = c.var;
    const values = { ...c.req.valid("json"), id: uuidv7(), owner_id: user.id };
    const [row] = await run(Items.insert(db, values, settings.ROWS_PER_OWNER));
    const item = Item.parse(row);
    evictFor(item.is_public ? [item] : []);
    setETag(c, item.etag);
    c.header("Location", `/api/v1/items/${item.id}`);
    return c.json(item, 201);
  },
);
