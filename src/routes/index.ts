import { createApiKey } from "./api-keys/create.ts";
import { listApiKeys } from "./api-keys/list.ts";
import { readApiKey } from "./api-keys/read.ts";
import { deleteApiKey } from "./api-keys/revoke.ts";
import { rotateApiKeySecret } from "./api-keys/rotate.ts";
import { updateApiKey } from "./api-keys/update.ts";
import { createAttachment } from "./attachments/create.ts";
import { deleteAttachment } from "./attachments/delete.ts";
import { downloadAttachment } from "./attachments/download.ts";
import { listAttachments } from "./attachments/list.ts";
import { readAttachment } from "./attachments/read.ts";
import { listAuditEvents } from "./audit-events/list.ts";
import { listMyAuditEvents } from "./audit-events/list-mine.ts";
import { confirmEmail } from "./auth/confirm-email.ts";
import { confirmPassword } from "./auth/confirm-password.ts";
import { endOtherSessions } from "./auth/end-other-sessions.ts";
import { endSession } from "./auth/end-session.ts";
import { forgotPassword } from "./auth/forgot-password.ts";
import { jwks } from "./auth/jwks.ts";
import { listSessions } from "./auth/list-sessions.ts";
import { login } from "./auth/login.ts";
import { logout } from "./auth/logout.ts";
import { oauthMetadata } from "./auth/oauth-metadata.ts";
import { refreshTokens } from "./auth/refresh.ts";
import { resendVerification } from "./auth/resend-verification.ts";
import { resetPassword } from "./auth/reset-password.ts";
import { restoreAccount } from "./auth/restore.ts";
import { resumeSession } from "./auth/resume.ts";
import { revokeToken } from "./auth/revoke.ts";
import { verifyEmail } from "./auth/verify-email.ts";
import { home } from "./docs/home.ts";
import { openapi } from "./docs/openapi.ts";
import { docs } from "./docs/page.ts";
import { health } from "./health/live.ts";
import { ready } from "./health/ready.ts";
import { version } from "./health/version.ts";
import { acceptInvitation } from "./invitations/accept.ts";
import { createInvitation } from "./invitations/create.ts";
import { declineInvitation } from "./invitations/decline.ts";
import { listInvitations } from "./invitations/list.ts";
import { resendInvitation } from "./invitations/resend.ts";
import { revokeInvitation } from "./invitations/revoke.ts";
import { batchItems } from "./items/batch.ts";
import { createItem } from "./items/create.ts";
import { deleteItem } from "./items/delete.ts";
import { exportItems } from "./items/export.ts";
import { listItems } from "./items/list.ts";
import { readItem } from "./items/read.ts";
import { restoreItem } from "./items/restore.ts";
import { updateItem } from "./items/update.ts";
import { readMetrics } from "./metrics/read.ts";
import { createOrganizationApiKey } from "./organization-api-keys/create.ts";
import { listOrganizationApiKeys } from "./organization-api-keys/list.ts";
import { readOrganizationApiKey } from "./organization-api-keys/read.ts";
import { deleteOrganizationApiKey } from "./organization-api-keys/revoke.ts";
import { rotateOrganizationApiKeySecret } from "./organization-api-keys/rotate.ts";
import { updateOrganizationApiKey } from "./organization-api-keys/update.ts";
import { leaveOrganization } from "./organization-members/leave.ts";
import { listMembers } from "./organization-members/list.ts";
import { removeMember } from "./organization-members/remove.ts";
import { updateMember } from "./organization-members/update.ts";
import { createRole } from "./organization-roles/create.ts";
import { deleteRole } from "./organization-roles/delete.ts";
import { listRoles } from "./organization-roles/list.ts";
import { updateRole } from "./organization-roles/update.ts";
import { acceptOrganization } from "./organizations/accept-transfer.ts";
import { cancelOrganizationTransfer } from "./organizations/cancel-transfer.ts";
import { createOrganization } from "./organizations/create.ts";
import { deleteOrganization } from "./organizations/delete.ts";
import { listOrganizations } from "./organizations/list.ts";
import { listOrganizationAuditEvents } from "./organizations/list-audit-events.ts";
import { offerOrganization } from "./organizations/offer-transfer.ts";
import { readOrganization } from "./organizations/read.ts";
import { restoreOrganization } from "./organizations/restore.ts";
import { updateOrganization } from "./organizations/update.ts";
import { listPublicItems } from "./public-items/list.ts";
import { readPublicItem } from "./public-items/read.ts";
import { cancelTask } from "./tasks/cancel.ts";
import { listTasks } from "./tasks/list.ts";
import { readTask } from "./tasks/read.ts";
import { retryTask } from "./tasks/retry.ts";
import { retryTasks } from "./tasks/retry-all.ts";
import { changeMyEmail } from "./users/change-my-email.ts";
import { changeMyPassword } from "./users/change-my-password.ts";
import { createUser } from "./users/create.ts";
import { deleteUser } from "./users/delete.ts";
import { deleteMe } from "./users/delete-me.ts";
import { endUserSessions } from "./users/end-sessions.ts";
import { exportMe } from "./users/export-me.ts";
import { listUsers } from "./users/list.ts";
import { readUser } from "./users/read.ts";
import { readMe } from "./users/read-me.ts";
import { restoreUser } from "./users/restore.ts";
import { updateUser } from "./users/update.ts";
import { updateMe } from "./users/update-me.ts";

/** The API: one flat list. A fixed path comes before one with a parameter in the same place. */
export const endpoints = [
  login,
  restoreAccount,
  refreshTokens,
  resumeSession,
  revokeToken,
  logout,
  listSessions,
  endSession,
  endOtherSessions,
  verifyEmail,
  resendVerification,
  confirmEmail,
  forgotPassword,
  resetPassword,
  confirmPassword,
  createUser,
  listUsers,
  readMe,
  updateMe,
  changeMyPassword,
  changeMyEmail,
  deleteMe,
  listMyAuditEvents,
  exportMe,
  readUser,
  updateUser,
  deleteUser,
  restoreUser,
  endUserSessions,
  createApiKey,
  listApiKeys,
  readApiKey,
  updateApiKey,
  deleteApiKey,
  rotateApiKeySecret,
  createOrganizationApiKey,
  listOrganizationApiKeys,
  readOrganizationApiKey,
  updateOrganizationApiKey,
  deleteOrganizationApiKey,
  rotateOrganizationApiKeySecret,
  listAuditEvents,
  createOrganization,
  listOrganizations,
  readOrganization,
  updateOrganization,
  deleteOrganization,
  restoreOrganization,
  offerOrganization,
  acceptOrganization,
  cancelOrganizationTransfer,
  listOrganizationAuditEvents,
  listMembers,
  updateMember,
  removeMember,
  leaveOrganization,
  listRoles,
  createRole,
  updateRole,
  deleteRole,
  createInvitation,
  listInvitations,
  revokeInvitation,
  resendInvitation,
  acceptInvitation,
  declineInvitation,
  listTasks,
  readTask,
  retryTasks,
  retryTask,
  cancelTask,
  readMetrics,
  listPublicItems,
  readPublicItem,
  createItem,
  batchItems,
  listItems,
  exportItems,
  readItem,
  updateItem,
  deleteItem,
  restoreItem,
  createAttachment,
  listAttachments,
  readAttachment,
  downloadAttachment,
  deleteAttachment,
  jwks,
  oauthMetadata,
  health,
  ready,
  version,
  home,
  openapi,
  docs,
] as const;
