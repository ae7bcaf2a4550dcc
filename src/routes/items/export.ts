import { endpoint } from "../../endpoint/endpoint.ts";
import { download, downloadOf } from "../../http/download.ts";
import { ItemRow } from "../../schemas/items.ts";
import { eachPageOfItems } from "../../services/items.ts";

export const exportItems = endpoint(
  {
    method: "get",
    path: "/items/export",
    operationId: "exportItems",
    tags: ["items"],
    summary: "Download all your items",
    description:
      "Newest first, as NDJSON or CSV by `Accept`. An item that exists throughout the export appears once. A file is " +
      "complete only if the transfer ended normally: it is cut off if your session ends or the database fails.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:read",
    rate: "heavy",
    responses: { 200: downloadOf("Item", "All of your items") },
    errors: ["not_acceptable"],
  },
  // Each page after the first is one more round trip, behind its own guard.
  async (c) => download(c, "items", ItemRow, eachPageOfItems(c.var)),
);
