import { upload } from "../../endpoint/bodies.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import {
  Attachment,
  AttachmentQuery,
  AttachmentsParams,
  attachmentBytes,
  attachmentTypes,
} from "../../schemas/attachments.ts";
import { storeAttachment } from "../../services/attachments.ts";

export const createAttachment = endpoint(
  {
    method: "post",
    path: "/items/{item_id}/attachments",
    operationId: "createAttachment",
    tags: ["items"],
    summary: "Attach a file to an item",
    description:
      "The body is the file itself. Its first bytes must be those of its `Content-Type`, whatever its name. Only its owner and admins can read it, even if the item is public.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:write",
    offBy: "FILES",
    rate: "heavy",
    // The row before the object, and its digest after it.
    roundTrips: 2,
    request: {
      params: AttachmentsParams,
      query: AttachmentQuery,
      body: upload({ types: attachmentTypes, maxBytes: attachmentBytes, verified: true }),
    },
    responses: { 201: json(Attachment, "The new attachment", "Location") },
    errors: ["not_found", "quota_exceeded", "storage_unavailable"],
  },
  async (c) => {
    const { item_id } = c.req.valid("param");
    const attachment = Attachment.parse(await storeAttachment(c.var, item_id, c.req.valid("query").name));
    c.header("Location", `/api/v1/items/${item_id}/attachments/${attachment.id}`);
    return c.json(attachment, 201);
  },
);
