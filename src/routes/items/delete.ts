import { behind } from "../../context/run.ts";
import { deleteItem, requireItemVersion } from "../../crud/items.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
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
    versioned: true,
    request: { params: IdParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, user, versions } = c.var;
    const run = behind(c.var.run, versions && requireItemVersion(db, id, user.id, versions));
    const [item] = await run(deleteItem(db, id, user.id));
    if (!item) notFound();
    if (item.is_public) refreshPublicFace(c, id);
    return c.body(null, 204);
  },
);
