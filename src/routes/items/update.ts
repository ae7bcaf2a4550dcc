import { Items } from "../../crud/items.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Item, ItemUpdate } from "../../schemas/items.ts";
import { listPublicItems } from "../public-items/list.ts";
import { readPublicItem } from "../public-items/read.ts";

export const updateItem = endpoint(
  {
    method: "patch",
    path: "/items/{id}",
    operationId: "updateItem",
    tags: ["items"],
    summary: "Change an item",
    description: "Fields that are left out keep their values.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:write",
    versioned: true,
    evicts: [listPublicItems, readPublicItem],
    request: { params: IdParams, body: body(ItemUpdate) },
    responses: { 200: json(Item, "The changed item") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const changes = c.req.valid("json");
    const { db, evictFor, run, user, versions } = c.var;
    const [, [item]] = await run(
      versions && Items.requireVersion(db, id, user, versions),
      Items.update(db, id, user, changes),
    );
    if (!item) notFound();
    evictFor(item.is_public || changes.is_public === false ? [item] : []);
    setETag(c, item.etag);
    return c.json(Item.parse(item), 200);
  },
);
