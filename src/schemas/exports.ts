import { z } from "@hono/zod-openapi";
import { ApiKey } from "./api-keys.ts";
import { Attachment } from "./attachments.ts";
import { MyAuditEvent } from "./audit-events.ts";
import { Session } from "./auth.ts";
import { Id, Timestamp } from "./common.ts";
import { ItemRow } from "./items.ts";
import { Membership } from "./organizations.ts";
import { User } from "./users.ts";

/** Everything held about a user; the newest entries of each list. */
export const Export = z
  .object({
    exported_at: Timestamp,
    is_complete: z.boolean().openapi({ description: "False if a list was too long to be included in full" }),
    profile: User,
    items: z.array(ItemRow.extend({ is_deleted: z.boolean() })),
    resources: z
      .record(z.string(), z.array(z.record(z.string(), z.unknown())))
      .openapi({ description: "The rows of your other resources, each under the name of its table" }),
    memberships: z.array(Membership.omit({ permissions: true }).extend({ joined_at: Timestamp })),
    attachments: z.array(Attachment),
    sessions: z.array(Session.omit({ is_current: true }).extend({ ended_at: Timestamp.nullable() })),
    api_keys: z.array(
      ApiKey.omit({ made_by: true, previous_until: true, updated_at: true }).extend({
        organization_id: Id.nullable(),
        revoked_at: Timestamp.nullable(),
      }),
    ),
    audit_events: z.array(MyAuditEvent),
    mails: z.array(
      z.object({ kind: z.string(), recipient: z.string(), created_at: Timestamp, sent_at: Timestamp.nullable() }),
    ),
    mailed_links: z.array(
      z.object({
        purpose: z.string(),
        email: z.string(),
        created_at: Timestamp,
        expires_at: Timestamp,
        used_at: Timestamp.nullable(),
      }),
    ),
  })
  .openapi("Export");
