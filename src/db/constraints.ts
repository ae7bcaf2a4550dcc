import type { ErrorCode } from "../errors.ts";

/**
 * The code that a client gets where a statement breaks a constraint of src/db/schema.ts, by the constraint's name: a
 * unique index, a foreign key, a check or an exclusion. Endpoints that may answer it declare the code. A trigger takes part
 * by `raise exception … using errcode = 'check_violation', constraint = '…'`.
 */
export const constraintCodes: Partial<Record<string, ErrorCode>> = {
  users_email_key: "email_taken",
  users_username_key: "username_taken",
};
