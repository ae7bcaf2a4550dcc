import { z } from "@hono/zod-openapi";
import type { ZodRawShape, ZodType } from "zod";
import { usualSeconds } from "../context/policy.ts";
import { headers } from "../http/headers.ts";
import type { KnownType } from "../http/magic-bytes.ts";
import type { Body, Uploading } from "./contract.ts";

/** A file of a form, for `multipart`. The type is the one that the client states: look at the bytes to be sure. */
export function file({ types, maxBytes }: FormFile) {
  const sized = maxBytes === undefined ? z.file() : z.file().max(maxBytes);
  // zod takes `File` for an empty interface without the DOM's types.
  return sized.mime([...types]).openapi({ ...binary.schema }) as unknown as ZodType<File, File>;
}

/** Files that a form sends under one name, one to `most` of them, for `multipart`: see {@link file}. */
export function files({ most, ...each }: FormFile & { most: number }) {
  const list = z
    .preprocess((given) => (given === undefined ? given : [given].flat()), z.array(file(each)).min(1).max(most))
    .openapi({ type: "array", items: { ...binary.schema }, minItems: 1, maxItems: most });
  typesOfLists.set(list, each.types);
  return list as unknown as ZodType<File[], File[]>;
}

type FormFile = { types: readonly [MediaType, ...MediaType[]]; maxBytes?: number };

/** The media types of each list of files: zod shows none of what is behind a `preprocess`. */
const typesOfLists = new WeakMap<object, readonly string[]>();

/** A media type without parameters. */
type MediaType = `${string}/${string}`;

/**
 * A form of named parts, for `request`: texts, as in a query, and files. Each is held in memory. The handler reads
 * `c.req.valid("form")`. `maxBytes` bounds the whole form.
 */
export function multipart<const Parts extends ZodRawShape>(parts: Parts, limits: BodyLimits = {}) {
  const schemas = Object.entries(parts).map(([name, part]) => [name, withoutOptional(part as ZodType)] as const);
  const encoding = schemas.flatMap(([name, part]) => {
    const types = typesOf(part);
    return types ? [[name, { contentType: types.join(", ") }]] : [];
  });
  return {
    required: true,
    ...limits,
    lists: schemas.flatMap(([name, part]) => (typesOfLists.has(part) ? name : [])),
    content: {
      "multipart/form-data": { schema: z.strictObject(parts), encoding: Object.fromEntries(encoding) },
    },
  } as const;
}

/**
 * A body that the handler reads as it arrives, for `request`: `c.var.upload` has the stream, which ends with an error
 * and the request with 413, 408 or 400 if it is too long, late or incomplete. Use it for what memory cannot hold.
 *
 * `verified` refuses a body without `Content-Length` (411), one whose first bytes are not those of its type (415), and
 * one that differs from its `Repr-Digest` (422) before its last bytes reach the handler.
 */
export function upload<const U extends Upload>({ types, verified, ...limits }: U) {
  // TypeScript does not follow the word through a spread.
  const uploading = { ...(verified && { verified }) } as Uploading & Pick<U, "verified" & keyof U>;
  return {
    required: true,
    ...limits,
    upload: uploading,
    content: Object.fromEntries(types.map((type) => [type, binary])),
  } as const;
}

/** The answer of a `ranged` endpoint, for `responses`: a file of one of these media types. */
export function filesOf<const Types extends readonly [MediaType, ...MediaType[]]>(types: Types, description: string) {
  const content = Object.fromEntries(types.map((type) => [type, binary]));
  return { description, headers: headers(), content };
}

const binary = { schema: { type: "string", format: "binary" } } as const;

/** `seconds`: the time within which the whole body has to arrive. */
export type BodyLimits = { maxBytes?: number; seconds?: number };

type Upload = BodyLimits & { maxBytes: number } & (
    | { types: readonly [MediaType, ...MediaType[]]; verified?: never }
    | { types: readonly [KnownType, ...KnownType[]]; verified: true }
  );

/** The body as the document shows it: with its limits in words. */
export function documentedBody({ maxBytes, seconds, upload, lists: _, ...body }: Body, limit: string) {
  const time = seconds ?? (upload && usualSeconds);
  const limits = [...(maxBytes === undefined ? [] : [limit]), ...(time === undefined ? [] : [`within ${time} s`])];
  return limits.length > 0 ? { ...body, description: `At most ${limits.join(", ")}` } : body;
}

function withoutOptional(part: ZodType): ZodType {
  return part instanceof z.ZodOptional ? withoutOptional(part.unwrap() as ZodType) : part;
}

/** The media types of a part that is a file, or a list of files. */
function typesOf(part: ZodType): readonly string[] | undefined {
  if (!(part instanceof z.ZodFile)) return typesOfLists.get(part);
  return part.def.checks?.flatMap(({ _zod: { def } }) => ("mime" in def ? (def.mime as string[]) : []));
}
