import { z } from "@hono/zod-openapi";
import { auditKinds } from "../values.ts";
import { Id, Timestamp } from "./common.ts";
import { pageOf } from "./pages.ts";
import { Moment } from "./parameters.ts";

const AuditKind = z.enum(auditKinds).openapi("AuditKind");

const Details = z.record(z.string(), z.string()).openapi({ example: { role: "admin" } });

/** An audit event of an account. */
export const AuditEvent = z
  .object({
    id: Id,
    created_at: Timestamp,
    kind: z.string().openapi({ example: "account.role_changed" }),
    user_id: Id.nullable().openapi({ description: "The account concerned, if known" }),
    actor_id: Id.nullable().openapi({ description: "The user who acted, if signed in" }),
    organization_id: Id.nullable().openapi({ description: "The organization concerned, if any" }),
    request_id: z.string().nullable(),
    network: z.string().nullable().openapi({ description: "The network from which the request came" }),
    details: Details,
  })
  .openapi("AuditEvent");
export const AuditEventPage = pageOf(AuditEvent).openapi("AuditEventPage");

/** An audit event as an organization may see it: without the network of a member. */
export const OrganizationAuditEvent = AuditEvent.omit({ network: true }).openapi("OrganizationAuditEvent");
export const OrganizationAuditEventPage = pageOf(OrganizationAuditEvent).openapi("OrganizationAuditEventPage");

/** An audit event as the account's owner may see it. */
export const MyAuditEvent = AuditEvent.omit({ user_id: true, actor_id: true })
  .extend({
    actor: z.enum(["you", "member", "administrator", "not_signed_in"]),
    network: z.string().nullable().openapi({ description: "Present only if the request was certainly yours" }),
  })
  .openapi("MyAuditEvent");
export type MyAuditEvent = z.output<typeof MyAuditEvent>;
export const MyAuditEventPage = pageOf(MyAuditEvent).openapi("MyAuditEventPage");

export const AuditEventQuery = z.object({
  user_id: Id.optional(),
  kind: AuditKind.optional(),
  after: Moment.optional().openapi({ description: "At this time or later" }),
  before: Moment.optional().openapi({ description: "Before this time" }),
});
