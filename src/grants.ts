import { ApiError } from "./errors.ts";

/** Throws `unsupported_grant_type` (RFC 6749, section 5.2) unless the grant is this one, or left out. */
export function requireGrant(given: string | undefined, grant: "password" | "refresh_token"): void {
  if (given && given !== grant) throw new ApiError("unsupported_grant_type");
}
