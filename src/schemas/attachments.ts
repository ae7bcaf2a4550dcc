import { z } from "@hono/zod-openapi";
import { Id, Timestamp } from "./common.ts";
import { pageOf } from "./pages.ts";
import { text } from "./text.ts";

/** The media types of attachments. Add none that runs scripts in a browser, as image/svg+xml does. */
export const attachmentTypes = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"] as const;

/** The largest attachment: 25 MB. */
export const attachmentBytes = 25_000_000;

export const Attachment = z
  .object({
    id: Id,
    item_id: Id,
    name: z.string().openapi({ example: "Plan.pdf" }),
    type: z.string().openapi({ example: "application/pdf" }),
    size: z.int().openapi({ description: "Bytes", example: 12_345 }),
    sha256: z.string().openapi({
      description: "The digest of the bytes, in hex",
      example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }),
    created_at: Timestamp,
  })
  .openapi("Attachment");
export const AttachmentPage = pageOf(Attachment).openapi("AttachmentPage");

export const AttachmentsParams = z.object({ item_id: Id });
export const AttachmentParams = z.object({ item_id: Id, attachment_id: Id });
export const AttachmentQuery = z.object({
  name: text({ min: 1, max: 200 }).openapi({ description: "The name of the file", example: "Plan.pdf" }),
});
