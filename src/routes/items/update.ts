import { findItem, updateItem } from "../../crud/items.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { changedRow, expectedVersions, ifMatch, preconditions, setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Item, ItemUpdate } from "../../schemas/items.ts";
import { refreshPublicFace } from "../public-face.ts";

export const changeItem = endpoint(
  {
    method: "patch",
    path: "/items/{id}",
    operationId: "changeItem",
    tags: ["items"],
    summary: "Change an item",
    description: "Fields that are left out keep their values.",
    access: "user",
    request: { params: IdParams, body: body(ItemUpdate) },
    parameters: [ifMatch],
    responses: { 200: json(Item, "The changed item", "ETag") },
    errors: ["not_found", ...preconditions],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const changes = c.req.valid("json");
    const { db, user, settings, run } = c.var;
    const versions = expectedVersions(c.req.header("If-Match"), settings);
    const update = updateItem(db, id, user.id, changes, versions);
    const item = await changedRow(run, update, versions && findItem(db, id, user.id));
    if (item.is_public || changes.is_public === false) refreshPublicFace(c, id);
    setETag(c, item.version);
    return c.json(Item.parse(item), 200);
  },
);
