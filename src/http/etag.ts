import type { Context } from "hono";
import type { Run, Statement } from "../context/types.ts";
import { ApiError } from "../errors.ts";
import type { Settings } from "../settings.ts";
import { headers } from "./headers.ts";

/** `If-Match` of RFC 9110, section 13.1.1, for `parameters`: validating it would make every typed client pass it. */
export const ifMatch = header("If-Match", "Change only if the current `ETag` is one of these");
/** `If-None-Match` of RFC 9110, section 13.1.2, for `parameters`. */
export const ifNoneMatch = header("If-None-Match", "Answer 304 if the current `ETag` is one of these");

/** The errors of a conditional change, for `errors`: `["not_found", ...preconditions]`. */
export const preconditions = ["bad_request", "precondition_failed", "precondition_required"] as const;

/** For `responses`: 304. */
export const notModified = { description: "Your copy is current", headers: headers("ETag") };

/** Sets a strong `ETag` made of the row's version; `variant` tells representations of one version apart. */
export function setETag(c: Context, version: number, variant = ""): void {
  c.header("ETag", `"${version}${variant}"`);
}

/** Sets the `ETag`, and answers whether the client already has that representation: 304 then. */
export function isKnown(c: Context, version: number, variant = ""): boolean {
  setETag(c, version, variant);
  const known = c.req.header("If-None-Match");
  return known !== undefined && isAmong(known, `"${version}${variant}"`);
}

/** Whether an `If-None-Match` has this `ETag`, by RFC 9110's weak comparison. */
export function isAmong(known: string, etag: string): boolean {
  return known.trim() === "*" || tags(known).some((tag) => tag.replace(/^W\//, "") === etag);
}

/**
 * The versions that the client is willing to change; undefined for any. RFC 9110 wants a strong comparison here, but an edge
 * that compresses makes every tag weak, and ours names a row's version, not its bytes: `W/"1"` means the same row as `"1"`.
 * Throws `bad_request` for a header that is no list of tags, and `precondition_required` where the settings insist on one.
 */
export function expectedVersions(header: string | undefined, settings: Settings): number[] | undefined {
  if (header === undefined && settings.REQUIRE_IF_MATCH) throw new ApiError("precondition_required");
  if (header === undefined || header.trim() === "*") return undefined;
  const known = tags(header);
  if (known.length === 0) {
    throw new ApiError("bad_request", { detail: 'If-Match must be * or entity tags in double quotes, such as "2".' });
  }
  return known.flatMap((tag) => versionOf(tag) ?? []);
}

/** The row's version that a tag of ours names, weak or strong. */
function versionOf(tag: string): number | undefined {
  const [, digits] = /^(?:W\/)?"(0|[1-9][0-9]{0,9})(?:-[0-9]+)?"$/.exec(tag) ?? [];
  const version = Number(digits ?? Number.NaN);
  return version <= 2_147_483_647 ? version : undefined;
}

/**
 * Runs a change and answers the changed row; throws `not_found` if there is none. For a change that depends on the version,
 * `existing` finds the row in any version: then the error is `precondition_failed`.
 */
export async function changedRow<Change extends RowsStatement>(
  run: Run,
  change: Change,
  existing: RowsStatement | undefined,
): Promise<RowOf<Change>> {
  const [changed, others] = existing ? await run(change, existing) : [await run(change), []];
  // TypeScript cannot look into a statement whose type is a parameter.
  const [[row], { length }] = [changed as RowOf<Change>[], others as unknown[]];
  if (row === undefined) throw new ApiError(length > 0 ? "precondition_failed" : "not_found");
  return row;
}

/** A statement that answers rows. */
type RowsStatement = Statement & { _: { result: unknown[] } };
type RowOf<S extends RowsStatement> = S["_"]["result"] extends (infer Row)[] ? Row : never;

function header(name: string, description: string) {
  return { name, in: "header", required: false, description, schema: { type: "string" } } as const;
}

/** Parses a list of entity tags (RFC 9110, section 8.8.3); empty if it is not a valid list. */
function tags(header: string): string[] {
  const isList = /^[\s,]*(?:(?:W\/)?"[!#-~\x80-\xff]*"\s*(?:,[\s,]*|$))+$/.test(header);
  return isList ? (header.match(/(?:W\/)?"[^"]*"/g) ?? []) : [];
}
