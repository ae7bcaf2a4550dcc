import { z } from "@hono/zod-openapi";
import { MailedToken } from "./auth.ts";
import { Id, Timestamp } from "./common.ts";
import { OrganizationParams, RoleName } from "./organizations.ts";
import { pageOf } from "./pages.ts";
import { Email } from "./text.ts";

export const InvitationParams = OrganizationParams.extend({ invitation_id: Id });

export const Invitation = z
  .object({
    id: Id,
    email: z.string().openapi({ example: "grace@example.com" }),
    role: z.string().openapi({ example: "member" }),
    invited_by: Id.nullable(),
    status: z.enum(["open", "expired", "accepted", "declined", "revoked"]),
    created_at: Timestamp,
    sent_at: Timestamp,
    expires_at: Timestamp,
  })
  .openapi("Invitation");
export const InvitationPage = pageOf(Invitation).openapi("InvitationPage");

export const InvitationCreate = z
  .strictObject({
    email: Email,
    role: RoleName.optional().openapi({ description: "`member` by default", example: "member" }),
  })
  .openapi("InvitationCreate");

export type InvitationCreate = z.output<typeof InvitationCreate>;

/** The token of an invitation's link. */
export const InvitationToken = z.strictObject({ token: MailedToken }).openapi("InvitationToken");
