import { Attachments } from "../../crud/attachments.ts";
import { Items } from "../../crud/items.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { AttachmentPage, AttachmentsParams } from "../../schemas/attachments.ts";

export const listAttachments = endpoint(
  {
    method: "get",
    path: "/items/{item_id}/attachments",
    operationId: "listAttachments",
    tags: ["items"],
    summary: "List the attachments of an item",
    description: "A page at a time, newest first.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:read",
    offBy: "FILES",
    paged: true,
    request: { params: AttachmentsParams },
    responses: { 200: json(AttachmentPage, "A page of attachments") },
    errors: ["not_found"],
  },
  async (c) => {
    const { item_id } = c.req.valid("param");
    const { db, user, run, page } = c.var;
    const attachments = await page({ ...c.req.valid("query"), item_id }, async (at) => {
      const [[item], rows] = await run(Items.find(db, item_id, user), Attachments.list(db, item_id, user, at));
      return item ? rows : notFound();
    });
    return c.json(AttachmentPage.parse(attachments), 200);
  },
);
