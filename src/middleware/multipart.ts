import { getMultipartBoundary, type MultipartPart, parseMultipart } from "@remix-run/multipart-parser";
import type { MiddlewareHandler } from "hono";
import { ApiError, invalid } from "../errors.ts";
import { fieldError } from "../schemas/field-errors.ts";
import { whole } from "./bounded-body.ts";
import { multipartType } from "./content-type.ts";

/**
 * Reads the parts of a multipart form, which may be empty unless `required`. Answers 400 if it breaks off or its text is not
 * UTF-8, 415 for a part in another encoding, and 422 for one that occurs twice without being one of the `lists`. Leaves a body
 * of another media type alone.
 */
export function readMultipart({ required = true, lists = [], seconds }: Form): MiddlewareHandler {
  return async (c, next) => {
    const type = c.req.header("Content-Type") ?? "";
    if (!type.toLowerCase().startsWith(multipartType)) return next();
    const bytes = new Uint8Array(await whole(c.req.arrayBuffer(), seconds));
    if (required || bytes.length > 0) c.req.bodyCache.formData = formIn(bytes, type, lists);
    return next();
  };
}

type Form = { required?: boolean; lists?: readonly string[]; seconds: number };

function formIn(bytes: Uint8Array<ArrayBuffer>, type: string, lists: readonly string[]): FormData {
  const boundary = getMultipartBoundary(type);
  if (!boundary) throw new ApiError("bad_request", { detail: "The Content-Type of the body has no boundary." });
  const form = new FormData();
  const twice = new Set<string>();
  for (const part of parsed(bytes, boundary)) {
    const name = part.name;
    if (name === undefined) throw new ApiError("bad_request", { detail: "A part of the body has no name." });
    // A browser sends a file of no name and no bytes for a field in which nothing was chosen.
    if (part.filename === "" && part.size === 0) continue;
    if (form.has(name) && !lists.includes(name)) twice.add(name);
    refuseOtherEncoding(part);
    if (part.filename === undefined) form.append(name, textOf(part));
    else form.append(name, new File(part.content, part.filename, { type: part.mediaType ?? "" }));
  }
  if (twice.size > 0) {
    throw invalid(
      "validation_failed",
      [...twice].map((name) => fieldError(["body", name], "duplicate")),
    );
  }
  return form;
}

/** The number of parts that are read: each costs more than its bytes. */
const maxParts = 200;

function parsed(bytes: Uint8Array, boundary: string): MultipartPart[] {
  try {
    const most = bytes.byteLength;
    if (most === 0) throw new Error("There is no body");
    return [...parseMultipart(bytes, { boundary, maxParts, maxFileSize: most, maxTotalSize: most })].map(read);
  } catch (cause) {
    throw new ApiError("bad_request", { detail: "The body is not a complete multipart form.", cause });
  }
}

/** Reads the headers, which the parser does late. */
function read(part: MultipartPart): MultipartPart {
  void part.headers;
  return part;
}

function textOf(part: MultipartPart): string {
  try {
    return part.text;
  } catch {
    throw new ApiError("bad_request", { detail: "The body is not valid UTF-8." });
  }
}

/** RFC 7578 leaves other charsets to an agreement, and deprecates transfer encodings. */
function refuseOtherEncoding({ headers }: MultipartPart): void {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(headers["content-type"] ?? "")?.[1] ?? "utf-8";
  const transfer = headers["content-transfer-encoding"] ?? "binary";
  if (/^utf-?8$/i.test(charset) && /^(7bit|8bit|binary)$/i.test(transfer)) return;
  throw new ApiError("unsupported_media_type", { detail: "Send each part in UTF-8, without a transfer encoding." });
}
