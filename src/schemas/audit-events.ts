import { z } from "@hono/zod-openapi";
import { Id, Timestamp } from "./common.ts";
import { PageQuery, pageOf } from "./pages.ts";
import { Moment } from "./parameters.ts";

/** The kinds of audit events. */
export const AuditKind = z
  .enum([
    "account.created",
    "account.deleted",
    "account.restored",
    "account.purged",
    "account.activated",
    "account.deactivated",
    "account.exported",
    "account.role_changed",
    "email.change_requested",
    "email.changed",
    "email.verification_requested",
    "email.verified",
    "password.changed",
    "password.reset",
    "password.reset_requested",
    "session.ended",
    "session.replayed",
    "sessions.ended",
    "sign_in.failed",
    "sign_in.new_network",
    "sign_in.succeeded",
    "sign_in.throttled",
    "username.changed",
  ])
  .openapi("AuditKind");
export type AuditKind = z.output<typeof AuditKind>;

const Details = z.record(z.string(), z.string()).openapi({ example: { role: "admin" } });

/** An audit event of an account. */
export const AuditEvent = z
  .object({
    id: Id,
    created_at: Timestamp,
    kind: z.string().openapi({ example: "account.role_changed" }),
    user_id: Id.nullable().openapi({ description: "The account concerned, if known" }),
    actor_id: Id.nullable().openapi({ description: "The user who acted, if signed in" }),
    request_id: z.string().nullable(),
    network: z.string().nullable().openapi({ description: "Where the request came from" }),
    details: Details,
  })
  .openapi("AuditEvent");
export const AuditEventPage = pageOf(AuditEvent).openapi("AuditEventPage");

/** An audit event as the account's owner may see it. */
export const MyAuditEvent = AuditEvent.omit({ user_id: true, actor_id: true })
  .extend({
    actor: z.enum(["you", "administrator", "not_signed_in"]),
    network: z.string().nullable().openapi({ description: "Present only if the request was certainly yours" }),
  })
  .openapi("MyAuditEvent");
export type MyAuditEvent = z.output<typeof MyAuditEvent>;
export const MyAuditEventPage = pageOf(MyAuditEvent).openapi("MyAuditEventPage");

export const AuditEventQuery = PageQuery.extend({
  user_id: Id.optional(),
  kind: AuditKind.optional(),
  after: Moment.optional().openapi({ description: "At this time or later" }),
  before: Moment.optional().openapi({ description: "Before this time" }),
});
