import { Items } from "../../crud/items.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Item } from "../../schemas/items.ts";
import { listPublicItems } from "../public-items/list.ts";
import { readPublicItem } from "../public-items/read.ts";

export const restoreItem = endpoint(
  {
    method: "post",
    path: "/items/{id}/restore",
    operationId: "restoreItem",
    tags: ["items"],
    summary: "Restore a deleted item",
    description:
      "Possible until it is purged, by default thirty days after its deletion. An item that is not deleted is returned unchanged.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:write",
    versioned: true,
    evicts: [listPublicItems, readPublicItem],
    request: { params: IdParams },
    responses: { 200: json(Item, "The item") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, evictFor, user, run, versions } = c.var;
    const [, , [item]] = await run(
      versions && Items.requireVersion(db, id, user, versions, "deleted"),
      Items.restore(db, id, user),
      Items.find(db, id, user),
    );
    if (!item) notFound();
    evictFor(item.is_public ? [item] : []);
    setETag(c, item.etag);
    return c.json(Item.parse(item), 200);
  },
);
