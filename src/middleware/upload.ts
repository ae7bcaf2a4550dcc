import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { AppEnv, UploadEnv, VerifiedUpload } from "../context/types.ts";
import type { Uploading } from "../endpoint/contract.ts";
import { ApiError, invalid, tooLarge } from "../errors.ts";
import { sha256In } from "../http/digest.ts";
import { longestSignature, typeOfBytes } from "../http/magic-bytes.ts";
import { replayed } from "../http/replayed.ts";
import { fieldError } from "../schemas/field-errors.ts";
import { type Bounds, bounded } from "./bounded-body.ts";
import { unsupported } from "./content-type.ts";

type Taking = { method: string; types: readonly string[]; maxBytes: number; seconds: number };

/**
 * Puts the body on `c.var.upload`, as it arrives. Ends the stream, and the request with 413, 408, 400 or 422, if the body
 * is too long, late, incomplete or another than announced, whatever the handler made of it. Throws `length_required` and
 * `unsupported_media_type` for one that cannot be verified.
 */
export function receiveUpload(
  { verified }: Uploading,
  { method, types, maxBytes, seconds }: Taking,
): MiddlewareHandler<AppEnv & UploadEnv> {
  return async (c, next) => {
    const length = c.req.header("Content-Length");
    const size = /^\d+$/.test(length ?? "") ? Number(length) : undefined;
    if (size !== undefined && size > maxBytes) throw tooLarge(maxBytes);
    if (verified && size === undefined) throw new ApiError("length_required");

    let failure: ApiError | undefined;
    const type = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    const hash = verified && hashing(sha256In(c.req.header("Repr-Digest")));
    const body = c.req.raw.body ?? new Blob([]).stream();
    const bounds = { size, maxBytes, seconds, inspect: hash?.inspect };
    const arriving = bounded(body, bounds, (error) => {
      failure = error;
    });
    const taken = verified
      ? await proven(arriving, type, (values) => unsupportedBytes(values, types, method))
      : arriving;
    // Keeps a length that is known, which storage such as R2 asks for.
    const stream = size === undefined ? taken : taken.pipeThrough(new FixedLengthStream(size));
    c.set("upload", { type, size, stream, ...(hash && { sha256: hash.sha256 }) });
    await next();
    if (failure) throw failure;
  };
}

/** Hashes a body, and refuses its last chunk if it does not have the expected SHA-256. */
function hashing(expected: string | undefined): Pick<VerifiedUpload, "sha256"> & { inspect: Bounds["inspect"] } {
  const hash = createHash("sha256");
  let sha256: string | undefined;
  return {
    inspect(chunk, isLast) {
      if (sha256 !== undefined) return;
      hash.update(chunk);
      if (!isLast) return;
      sha256 = hash.digest("hex");
      if (sha256 === (expected ?? sha256)) return;
      throw invalid("validation_failed", [fieldError(["header", "Repr-Digest"], "digest_mismatch")]);
    },
    sha256() {
      if (sha256 === undefined) throw new Error("An upload has a digest once its stream was read to the end");
      return sha256;
    },
  };
}

/** The same body, once its first bytes have proven that it is of this type. `refusal` gets the type that it is of. */
async function proven(
  body: ReadableStream<Uint8Array>,
  type: string,
  refusal: (found: string | undefined) => ApiError,
): Promise<ReadableStream<Uint8Array>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < longestSignature) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.byteLength;
  }
  const found = typeOfBytes(Buffer.concat(chunks));
  if (found !== type) {
    const error = refusal(found);
    reader.cancel(error).catch(() => undefined);
    throw error;
  }
  return replayed(chunks, reader);
}

/** 415: the first bytes are those of another allowed type than the `Content-Type`, or of none. */
function unsupportedBytes(found: string | undefined, types: readonly string[], method: string): ApiError {
  const isAllowed = found !== undefined && types.includes(found);
  const error = isAllowed
    ? fieldError(["header", "Content-Type"], "invalid_value", { values: [found] })
    : fieldError(["body"], "invalid_value", { values: [...types] });
  return unsupported(method, types, `The first bytes of the body are not those of its type. ${error.msg}.`, [error]);
}
