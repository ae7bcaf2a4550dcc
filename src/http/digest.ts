import { ApiError } from "../errors.ts";
import { fieldError } from "../schemas/field-errors.ts";
import { headerParameter } from "./headers.ts";

/** `Repr-Digest` (RFC 9530) of an upload, for `parameters`. */
export const reprDigest = headerParameter(
  "Repr-Digest",
  "The SHA-256 of the body, which is refused if it has another: `sha-256=:…:`, in base64",
);

/**
 * The SHA-256 in a `Repr-Digest`, in hex; undefined without one. Other algorithms are ignored, as RFC 9530 demands.
 * Throws `bad_request` for a SHA-256 that is malformed. Of several, the last counts (RFC 9651, section 4.2.2).
 */
export function sha256In(header: string | undefined): string | undefined {
  const member = (header ?? "")
    .split(",")
    .flatMap((one) => /^\s*sha-256=(.*)$/s.exec(one)?.[1] ?? [])
    .at(-1);
  if (member === undefined) return undefined;
  const [, base64] = /^:([A-Za-z0-9+/]{43}=):\s*(?:;.*)?$/s.exec(member) ?? [];
  if (base64 !== undefined) return Buffer.from(base64, "base64").toString("hex");
  const detail = "Repr-Digest must be sha-256=:…:, with 32 bytes in base64.";
  throw new ApiError("bad_request", {
    detail,
    errors: [fieldError(["header", "Repr-Digest"], "invalid_format", { format: "digest" })],
  });
}

/** The `Repr-Digest` of a SHA-256 in hex. */
export function reprDigestOf(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`;
}
