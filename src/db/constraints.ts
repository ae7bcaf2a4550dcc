import type { ErrorCode } from "../errors.ts";

/**
 * The error code for each violated constraint of src/db/schema.ts, by name. Endpoints list the codes that they may
 * answer. A trigger takes part by `raise … using errcode = 'check_violation', constraint = '…'`.
 */
export const constraintCodes: Partial<Record<string, ErrorCode>> = {
  tasks_key: "task_waiting",
  users_email_key: "email_taken",
  users_username_key: "username_taken",
};
