import { Items } from "../../crud/items.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Item, ItemUpdate } from "../../schemas/items.ts";
import { refreshPublicFace } from "../public-face.ts";

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
    request: { params: IdParams, body: body(ItemUpdate) },
    responses: { 200: json(Item, "The changed item") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const changes = c.req.valid("json");
    const { db, run, user, versions } = c.var;
    const [, [item]] = await run(
      versions && Items.requireVersion(db, id, user, versions),
      Items.update(db, id, user, changes),
    );
    if (!item) notFound();
    if (item.is_public || changes.is_public === false) refreshPublicFace(c, id);
    setETag(c, item.etag);
    return c.json(Item.parse(item), 200);
  },
);
