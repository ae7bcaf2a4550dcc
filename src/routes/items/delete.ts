import { Items } from "../../crud/items.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts";
import { listPublicItems } from "../public-items/list.ts";
import { readPublicItem } from "../public-items/read.ts";

export const deleteItem = endpoint(
  {
    method: "delete",
    path: "/items/{id}",
    operationId: "deleteItem",
    tags: ["items"],
    summary: "Delete an item",
    description: "One of your items; admins may delete any.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:write",
    versioned: true,
    evicts: [listPublicItems, readPublicItem],
    request: { params: IdParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, evictFor, run, user, versions } = c.var;
    const [, [item]] = await run(versions && Items.requireVersion(db, id, user, versions), Items.delete(db, id, user));
    if (!item) notFound();
    evictFor(item.is_public ? [item] : []);
    return c.body(null, 204);
  },
);
