import { Attachments } from "../../crud/attachments.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { AttachmentParams } from "../../schemas/attachments.ts";
import { removeAttachment } from "../../tasks/attachments/remove.ts";

export const deleteAttachment = endpoint(
  {
    method: "delete",
    path: "/items/{item_id}/attachments/{attachment_id}",
    operationId: "deleteAttachment",
    tags: ["items"],
    summary: "Delete an attachment",
    description: "For good: it cannot be restored.",
    access: "user",
    callers: ["user", "key"],
    permission: "items:write",
    offBy: "FILES",
    request: { params: AttachmentParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { item_id, attachment_id } = c.req.valid("param");
    const { db, user, run } = c.var;
    const [[deleted]] = await run(
      Attachments.delete(db, item_id, attachment_id, user),
      removeAttachment.later({ id: attachment_id }, { when: Attachments.isDeletedNow(attachment_id) }),
    );
    if (!deleted) notFound();
    return c.body(null, 204);
  },
);
