import { deleteItem } from "../../crud/items.ts";
import { endpoint, problems } from "../../endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts";

export const removeItem = endpoint(
  {
    method: "delete",
    path: "/items/{id}",
    operationId: "removeItem",
    tags: ["items"],
    summary: "Delete an item",
    description: "One of your items, or any for an admin.",
    access: "user",
    request: { params: IdParams },
    responses: { 204: { description: "Deleted" }, ...problems("not_found") },
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [item] = await c.var.run(deleteItem(c.var.db, id, c.var.user.id));
    if (!item) notFound();
    return c.body(null, 204);
  },
);
