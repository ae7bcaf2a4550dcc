import type { MiddlewareHandler } from "hono";
import { ApiError } from "../errors.ts";
import { acceptOf } from "../http/headers.ts";
import { isEncodedUtf8 } from "../http/percent.ts";
import { type FieldError, fieldError } from "../schemas/field-errors.ts";
import { whole } from "./bounded-body.ts";

/**
 * Answers 415 unless the body has one of these media types, in UTF-8 and unencoded; 400 if it breaks off or is not
 * UTF-8: a lenient decoder would map many passwords to one. Without `required` it may be empty. Leaves bytes alone:
 * those of an `upload`, and of a form whose parts are read later.
 */
export function requireContentType(
  method: string,
  mediaTypes: readonly string[],
  { required = true, upload, seconds }: { required?: boolean; upload?: object; seconds: number },
): MiddlewareHandler {
  const refused = (detail: string, name: string, values: readonly string[]) =>
    unsupported(method, mediaTypes, detail, [fieldError(["header", name], "invalid_value", { values: [...values] })]);
  return async (c, next) => {
    const header = c.req.header("Content-Type") ?? "";
    if (!required && (await whole(c.req.arrayBuffer(), seconds)).byteLength === 0) {
      if (header !== "") c.req.raw = withType(c.req.raw, undefined);
      return next();
    }
    const [essence = "", ...parameters] = header.split(";").map((part) => part.trim().toLowerCase());
    if (!mediaTypes.includes(essence)) {
      throw refused(`Send the body as ${mediaTypes.join(" or ")}.`, "Content-Type", mediaTypes);
    }
    const charset = parameters
      .find((parameter) => parameter.startsWith("charset="))
      ?.slice(8)
      .replaceAll('"', "");
    // A charset says nothing of a file: `image/png; charset=binary`.
    if (!upload && charset !== undefined && !/^utf-?8$/.test(charset)) {
      throw refused("Send the body in UTF-8.", "Content-Type", [`${essence}; charset=utf-8`]);
    }
    if (!/^(identity)?$/i.test(c.req.header("Content-Encoding") ?? "")) {
      throw refused("Send the body without Content-Encoding.", "Content-Encoding", ["identity"]);
    }
    if (upload || essence === multipartType) return next();
    if (!isUtf8(await whole(c.req.arrayBuffer(), seconds), essence)) {
      throw new ApiError("bad_request", { detail: "The body is not valid UTF-8." });
    }
    if (header !== essence) c.req.raw = withType(c.req.raw, essence);
    await next();
  };
}

/** 415, with the media types that an endpoint takes. */
export function unsupported(
  method: string,
  mediaTypes: readonly string[],
  detail: string,
  errors: FieldError[],
): ApiError {
  const headers = { [acceptOf(method)]: mediaTypes.join(", "), "Accept-Encoding": "identity" };
  return new ApiError("unsupported_media_type", { detail, headers, errors });
}

/** The type of a form whose parts may be files (RFC 7578). */
export const multipartType = "multipart/form-data";

function isUtf8(body: ArrayBuffer, essence: string): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
    return !essence.endsWith("urlencoded") || isEncodedUtf8(text);
  } catch {
    return false;
  }
}

/** Copies the request with the bare media type or none, which every parser understands. Hono holds the body. */
function withType({ url, method, headers }: Request, essence: string | undefined): Request {
  const renamed = new Headers(headers);
  if (essence === undefined) renamed.delete("Content-Type");
  else renamed.set("Content-Type", essence);
  return new Request(url, { method, headers: renamed });
}
