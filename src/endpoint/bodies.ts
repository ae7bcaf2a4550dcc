import { z } from "@hono/zod-openapi";
import type { ZodRawShape, ZodType } from "zod";
import type { Body } from "./contract.ts";

/** A file of a form, for `multipart`. The type is the one that the client states: look at the bytes to be sure. */
export function file({ types, maxBytes }: { types: readonly [MediaType, ...MediaType[]]; maxBytes?: number }) {
  const sized = maxBytes === undefined ? z.file() : z.file().max(maxBytes);
  // zod takes `File` for an empty interface without the DOM's types.
  return sized.mime([...types]).openapi({ type: "string", format: "binary" }) as unknown as ZodType<File, File>;
}

/** A media type without parameters. */
type MediaType = `${string}/${string}`;

/**
 * A form of named parts, for `request`: texts, as in a query, and files. Each is held in memory. The handler reads
 * `c.req.valid("form")`. `maxBytes` bounds the whole form.
 */
export function multipart<const Parts extends ZodRawShape>(parts: Parts, { maxBytes }: { maxBytes?: number } = {}) {
  const encoding = Object.entries(parts).flatMap(([name, part]) => {
    const types = typesOf(part as ZodType);
    return types ? [[name, { contentType: types.join(", ") }]] : [];
  });
  return {
    required: true,
    ...(maxBytes !== undefined && { maxBytes }),
    content: {
      "multipart/form-data": { schema: z.strictObject(parts), encoding: Object.fromEntries(encoding) },
    },
  } as const;
}

/**
 * A body that the handler reads as it arrives, for `request`: `c.var.upload` has the stream, which ends with an error
 * and the request with 413, 408 or 400 if it is too long, late or incomplete. Use it for what memory cannot hold.
 */
export function upload({ types, maxBytes, seconds = 300 }: Upload) {
  const binary = { schema: { type: "string", format: "binary" } } as const;
  return {
    required: true,
    maxBytes,
    upload: { seconds },
    content: Object.fromEntries(types.map((type) => [type, binary])),
  } as const;
}

type Upload = {
  types: readonly [MediaType, ...MediaType[]];
  maxBytes: number;
  /** The time that the whole body may take to arrive. */
  seconds?: number;
};

/** The body as the document shows it: with its limits in words. */
export function documentedBody({ maxBytes, upload, ...body }: Body, limit: string) {
  const limits = [...(maxBytes === undefined ? [] : [limit]), ...(upload ? [`within ${upload.seconds} s`] : [])];
  return limits.length > 0 ? { ...body, description: `At most ${limits.join(", ")}` } : body;
}

/** The media types of a part that is a file. */
function typesOf(part: ZodType): readonly string[] | undefined {
  if (part instanceof z.ZodOptional) return typesOf(part.unwrap() as ZodType);
  if (!(part instanceof z.ZodFile)) return undefined;
  return part.def.checks?.flatMap(({ _zod: { def } }) => ("mime" in def ? (def.mime as string[]) : []));
}
