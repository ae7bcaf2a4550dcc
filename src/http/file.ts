import { Range } from "@remix-run/headers/range";
import { ApiError } from "../errors.ts";
import { headerParameter } from "./headers.ts";

/** `Range` and `If-Range` (RFC 9110, section 14.2 and 13.1.5), for `parameters`. */
export const range = headerParameter("Range", "The part of the file to send, such as `bytes=0-999` or `bytes=-500`");
export const ifRange = headerParameter(
  "If-Range",
  "Send the part only if the `ETag` is still this one, and else the whole",
);

/** A part of a file, with both ends included. */
export type FilePart = { start: number; end: number };

/**
 * The part of a file that a `Range` asks for, or undefined for the whole: without one, with several, or if it is malformed
 * or in another unit (RFC 9110, section 14.2). Throws `range_not_satisfiable` for a part that the file does not have.
 */
export function partOf(size: number, header: string | undefined): FilePart | undefined {
  const { unit, ranges } = Range.from(header ?? null);
  if (unit.toLowerCase() !== "bytes" || ranges.length !== 1) return undefined;
  const [part] = new Range({ unit, ranges }).normalize(size);
  // A suffix of no bytes is one that no file has.
  if (part && part.start <= part.end) return part;
  throw new ApiError("range_not_satisfiable", { headers: { "Content-Range": `bytes */${size}` } });
}

/**
 * The `Content-Disposition` of a file to save (RFC 6266), whatever its name holds: browsers that know no `filename*` get
 * the name with `_` for all but plain characters. No name is a path, ends the header, or shows its extension elsewhere than
 * at its end.
 */
export function attachmentNamed(name: string): string {
  const safe = name.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}/\\]/gu, "_");
  const encoded = encodeURIComponent(safe).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${safe.replaceAll(/[^\w .()-]/gu, "_")}"; filename*=UTF-8''${encoded}`;
}
