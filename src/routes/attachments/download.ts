import { Attachments } from "../../crud/attachments.ts";
import { filesOf } from "../../endpoint/bodies.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { Attachment, AttachmentParams, attachmentTypes } from "../../schemas/attachments.ts";
import { bucketOf, fromBucket } from "../../services/files.ts";

export const downloadAttachment = endpoint(
  {
    method: "get",
    path: "/items/{item_id}/attachments/{attachment_id}/content",
    operationId: "downloadAttachment",
    tags: ["items"],
    summary: "Download an attachment",
    description: "Whole, or the part that `Range` asks for. The bytes of an attachment never change.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:read",
    offBy: "FILES",
    ranged: true,
    request: { params: AttachmentParams },
    responses: { 200: filesOf(attachmentTypes, "The file") },
    errors: ["not_found", "storage_unavailable"],
  },
  async (c) => {
    const { item_id, attachment_id } = c.req.valid("param");
    const { db, user, run, settings, file } = c.var;
    const [attachment] = await run(Attachments.find(db, item_id, attachment_id, user));
    const found = Attachment.parse(attachment ?? notFound());
    return file(found, async (range) => {
      const object = await fromBucket(bucketOf(settings).get(found.id, { range }));
      return object?.body;
    });
  },
);
