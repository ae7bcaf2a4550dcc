import { Attachments } from "../../crud/attachments.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { Attachment, AttachmentParams } from "../../schemas/attachments.ts";

export const readAttachment = endpoint(
  {
    method: "get",
    path: "/items/{item_id}/attachments/{attachment_id}",
    operationId: "readAttachment",
    tags: ["items"],
    summary: "Get an attachment's metadata",
    description: "Its bytes are at `content`.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:read",
    offBy: "FILES",
    request: { params: AttachmentParams },
    responses: { 200: json(Attachment, "The attachment") },
    errors: ["not_found"],
  },
  async (c) => {
    const { item_id, attachment_id } = c.req.valid("param");
    const { db, user, run } = c.var;
    const [attachment] = await run(Attachments.find(db, item_id, attachment_id, user));
    return c.json(Attachment.parse(attachment ?? notFound()), 200);
  },
);
