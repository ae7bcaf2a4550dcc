import { createHash } from "node:crypto";
import type { Context } from "hono";
import { ApiError } from "../errors.ts";
import { fieldError } from "../schemas/field-errors.ts";
import { headerParameter, headers } from "./headers.ts";

/** `If-Match` (RFC 9110, section 13.1.1), for `parameters`: validation would force typed clients to send it. */
export const ifMatch = headerParameter("If-Match", "Proceed only if the current `ETag` is one of these");
/** `If-None-Match` (RFC 9110, section 13.1.2), for a read and for a change. */
export const ifNoneMatch = headerParameter("If-None-Match", "Answer 304 if the current `ETag` is one of these");
export const unlessMatch = headerParameter("If-None-Match", "Change only if the current `ETag` is none of these");

/** For `responses`: 304. */
export const notModified = { description: "Not modified: your copy is current", headers: headers("ETag") };

/**
 * The versions in the conditional headers of a change, if any. Weak tags count, against RFC 9110: compression at the
 * edge weakens them, and `W/"1"` names the same row as `"1"`. Throws `bad_request` for a malformed list.
 */
export function versionsOf(
  request: Headers,
): { only: number[] | "any" | undefined; not: number[] | "any" } | undefined {
  const [match, noneMatch] = [tagsIn(request, "If-Match"), tagsIn(request, "If-None-Match")];
  if (match === undefined && noneMatch === undefined) return undefined;
  return {
    only: match === "any" ? match : match?.flatMap(versionIn),
    not: noneMatch === "any" ? "any" : (noneMatch ?? []).flatMap(versionIn),
  };
}

/** Sets a row's tag as the `ETag`; `variant` tells representations of one version apart. */
export function setETag(c: Context, tag: string, variant = ""): void {
  c.header("ETag", withVariant(tag, variant));
}

/**
 * Throws `precondition_failed` if the `If-Match` of a read asks for another representation than this. It comes before all
 * other conditions and `Range` (RFC 9110, section 13.2.2). `is` compares two tags, weakly by default.
 */
export function requireMatch(request: Headers, etag: string, is = isSame): void {
  if (!meetsMatch(request, etag, is)) throw new ApiError("precondition_failed");
}

/** True if `If-Match` lists this tag, or is not there. */
export function meetsMatch(request: Headers, etag: string, is = isSame): boolean {
  const wanted = tagsIn(request, "If-Match");
  return wanted === undefined || wanted === "any" || wanted.some((tag) => is(tag, etag));
}

/**
 * Sets the `ETag`, and answers true if the client already has this representation (304). Throws as {@link requireMatch}
 * does.
 */
export function answersNotModified(c: Context, tag: string, variant = ""): boolean {
  const etag = withVariant(tag, variant);
  requireMatch(c.req.raw.headers, etag);
  setETag(c, etag);
  const known = c.req.header("If-None-Match");
  return known !== undefined && isAmong(known, etag);
}

/** True if this `If-None-Match` lists the `ETag`, by RFC 9110's weak comparison. False for a malformed list. */
export function isAmong(known: string, etag: string): boolean {
  return known.trim() === "*" || tags(known).some((tag) => isSame(tag, etag));
}

/** A representation that is made once: its bytes, and their tag. */
export type Tagged = { bytes: Uint8Array<ArrayBuffer>; etag: string };

/** Makes a representation of a text, in UTF-8. */
export function tagged(text: string): Tagged {
  const bytes = new Uint8Array(new TextEncoder().encode(text));
  return { bytes, etag: digestTag(bytes) };
}

/** The tag of these bytes alone: a digest. */
export function digestTag(bytes: Uint8Array): string {
  return `"${createHash("sha256").update(bytes).digest().subarray(0, 16).toString("base64url")}"`;
}

/** The tag `"3"` and the variant `-7` make `"3-7"`. */
function withVariant(tag: string, variant: string): string {
  return tag.replace(/"$/, `${variant}"`);
}

function isSame(tag: string, etag: string): boolean {
  return tag.replace(/^W\//, "") === etag;
}

/** The row's version in a tag of ours, weak or strong. */
function versionIn(tag: string): number[] {
  const [, digits] = /^(?:W\/)?"(0|[1-9][0-9]{0,9})(?:-[0-9]+)?"$/.exec(tag) ?? [];
  const version = Number(digits ?? Number.NaN);
  return version <= 2_147_483_647 ? [version] : [];
}

function tagsIn(request: Headers, name: "If-Match" | "If-None-Match"): string[] | "any" | undefined {
  const header = request.get(name);
  if (header === null) return undefined;
  if (header.trim() === "*") return "any";
  const found = tags(header);
  if (found.length > 0) return found;
  const detail = `${name} must be * or entity tags in double quotes, such as "2".`;
  throw new ApiError("bad_request", {
    detail,
    errors: [fieldError(["header", name], "invalid_format", { format: "etags" })],
  });
}

/** Parses a list of entity tags (RFC 9110, section 8.8.3); empty if it is not a valid list. */
function tags(header: string): string[] {
  const isList = /^[\s,]*(?:(?:W\/)?"[!#-~\x80-\xff]*"\s*(?:,[\s,]*|$))+$/.test(header);
  return isList ? (header.match(/(?:W\/)?"[^"]*"/g) ?? []) : [];
}
