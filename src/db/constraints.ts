import type { ErrorCode } from "../errors.ts";

/**
 * The error code for each violated constraint of src/db/schema.ts, by name. Endpoints list the codes that they may
 * answer. A trigger takes part by `raise … using errcode = 'check_violation', constraint = '…'`.
 */
export const constraintCodes: Partial<Record<string, ErrorCode>> = {
  organization_invitations_email_key: "invitation_open",
  organization_members_organization_id_user_id_pk: "already_member",
  organization_roles_organization_id_name_pk: "role_taken",
  organizations_name_key: "organization_name_taken",
  organizations_slug_key: "slug_taken",
  api_keys_organization_name_key: "name_taken",
  api_keys_user_name_key: "name_taken",
  tasks_key: "task_waiting",
  users_email_key: "email_taken",
  users_username_key: "username_taken",
};
