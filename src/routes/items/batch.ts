import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { ItemBatch, ItemBatchResult } from "../../schemas/items.ts";
import { changeItems } from "../../services/items.ts";
import { listPublicItems } from "../public-items/list.ts";
import { readPublicItem } from "../public-items/read.ts";

export const batchItems = endpoint(
  {
    method: "post",
    path: "/items/batch",
    operationId: "batchItems",
    tags: ["items"],
    summary: "Create, change and delete items together",
    description:
      "Carries out all of up to 100 operations, or none: `errors` names the first that failed. At most one operation per item.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:write",
    batch: true,
    idempotent: true,
    evicts: [listPublicItems, readPublicItem],
    request: { body: body(ItemBatch) },
    responses: { 200: json(ItemBatchResult, "One result per operation, in order") },
  },
  async (c) => {
    const { results, shown } = await changeItems(c.var, c.req.valid("json").operations);
    c.var.evictFor(shown);
    return c.json(ItemBatchResult.parse({ results }), 200);
  },
);
