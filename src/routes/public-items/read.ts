import { PublicItems } from "../../crud/public-items.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts";
import { PublicItem } from "../../schemas/items.ts";

export const readPublicItem = endpoint(
  {
    method: "get",
    path: "/public/items/{id}",
    operationId: "readPublicItem",
    tags: ["items"],
    summary: "Get a public item",
    description:
      "An item that its owner has made public, with the owner's public profile. `Age` is the answer's age in seconds: up to " +
      "60, or up to 120 in caches beyond ours.",
    access: "public",
    cached: { seconds: 60, staleSeconds: 60 },
    request: { params: IdParams },
    responses: { 200: json(PublicItem, "The item") },
    errors: ["not_found"],
  },
  async (c) => {
    const [item] = await c.var.run(PublicItems.find(c.var.db, c.req.valid("param").id));
    if (!item) notFound();
    return c.json(PublicItem.parse(item), 200);
  },
);
