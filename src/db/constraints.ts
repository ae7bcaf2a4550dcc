import type { ErrorCode } from "../errors.ts";

/**
 * The error code for each violated constraint of src/db/schema.ts, by name: a unique index, foreign key, check or
 * exclusion. Endpoints declare the codes they may answer. A trigger joins in with `raise exception … using errcode =
 * 'check_violation', constraint = '…'`.
 */
export const constraintCodes: Partial<Record<string, ErrorCode>> = {
  users_email_key: "email_taken",
  users_username_key: "username_taken",
};
