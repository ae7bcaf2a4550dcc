import { Items } from "../../crud/items.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { download, downloadOf } from "../../http/download.ts";
import { ItemRow } from "../../schemas/items.ts";
import { allPages } from "../../services/pages.ts";

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
  async (c) => {
    const { db, run, user } = c.var;
    const mine = { ownerId: user.id, status: "live" } as const;
    const pages = allPages((at) => run(Items.list(db, mine, "-created_at", at)));
    return download(c, "items", ItemRow, pages);
  },
);
