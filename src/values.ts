/**
 * The values of each text column that has a fixed list. The column, its check and the wire schema use the same list.
 * Add values, but never remove one: rows hold them.
 */

export const roles = ["user", "admin"] as const;
export type Role = (typeof roles)[number];

/** The purposes of mailed tokens. */
export const purposes = ["verify_email", "change_email", "reset_password"] as const;
export type Purpose = (typeof purposes)[number];

/** The kinds of mails; one that carries a token is named after its purpose. */
export const mailKindNames = [
  ...purposes,
  "account_activated",
  "account_deactivated",
  "account_deleted",
  "account_restored",
  "api_key_changed",
  "api_key_created",
  "api_key_revoked",
  "api_key_rotated",
  "email_change_requested",
  "email_changed",
  "invitation",
  "member_removed",
  "member_role_changed",
  "new_sign_in",
  "organization_deleted",
  "organization_offered",
  "organization_transferred",
  "password_changed",
  "role_changed",
  "session_replayed",
  "sessions_ended",
  "username_changed",
] as const;
export type MailKindName = (typeof mailKindNames)[number];

/** The task that sends a mail, which a trigger enqueues with each. It has the mail's id. */
export const mailTask = "mails/send";

/** The kinds of audit events. */
export const auditKinds = [
  "account.created",
  "account.deleted",
  "account.restored",
  "account.purged",
  "account.activated",
  "account.deactivated",
  "account.exported",
  "account.role_changed",
  "api_key.changed",
  "api_key.created",
  "api_key.revoked",
  "api_key.rotated",
  "email.change_requested",
  "email.changed",
  "email.verification_requested",
  "email.verified",
  "invitation.declined",
  "invitation.revoked",
  "invitation.sent",
  "member.joined",
  "member.left",
  "member.removed",
  "member.role_changed",
  "organization.created",
  "organization.deleted",
  "organization.restored",
  "organization.role_changed",
  "organization.role_created",
  "organization.role_deleted",
  "organization.transfer_cancelled",
  "organization.transfer_offered",
  "organization.transferred",
  "organization.updated",
  "password.changed",
  "password.proved",
  "password.reset",
  "password.reset_requested",
  "session.ended",
  "session.replayed",
  "sessions.ended",
  "sign_in.failed",
  "sign_in.new_network",
  "sign_in.succeeded",
  "sign_in.throttled",
  "task.cancelled",
  "task.retried",
  "username.changed",
] as const;
export type AuditKind = (typeof auditKinds)[number];

/** The states of a task. Only `waiting` and `running` ones are run. */
export const taskStates = ["waiting", "running", "done", "dead", "cancelled"] as const;
export type TaskState = (typeof taskStates)[number];

/** The states in which a task can be retried: a running one may still succeed, and a done one has. */
export const retriableStates = ["dead", "cancelled", "waiting"] as const satisfies readonly TaskState[];
