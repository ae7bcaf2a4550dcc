import { deleteItem, findItem } from "../../crud/items.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { changedRow, expectedVersions, ifMatch, preconditions } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { refreshPublicFace } from "../public-face.ts";

export const removeItem = endpoint(
  {
    method: "delete",
    path: "/items/{id}",
    operationId: "removeItem",
    tags: ["items"],
    summary: "Delete an item",
    description: "One of your items; admins may delete any.",
    access: "user",
    request: { params: IdParams },
    parameters: [ifMatch],
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found", ...preconditions],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, user, settings, run } = c.var;
    const versions = expectedVersions(c.req.header("If-Match"), settings);
    const deletion = deleteItem(db, id, user.id, versions);
    const { is_public } = await changedRow(run, deletion, versions && findItem(db, id, user.id));
    if (is_public) refreshPublicFace(c, id);
    return c.body(null, 204);
  },
);
