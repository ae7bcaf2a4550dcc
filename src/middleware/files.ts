import type { RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppEnv, FileEnv, SendFile } from "../context/types.ts";
import { ApiError } from "../errors.ts";
import { reprDigestOf } from "../http/digest.ts";
import { isAmong, notModified, requireMatch } from "../http/etag.ts";
import { attachmentNamed, partOf } from "../http/file.ts";
import { headers } from "../http/headers.ts";
import { GuardedError } from "../log.ts";

/** Adds the headers of a file, 206 for a part of it and 304 for one that is known. */
export function fileAnswers(responses: RouteConfig["responses"]): RouteConfig["responses"] {
  const ok = responses[200];
  if (!ok || "$ref" in ok) return responses;
  const own = { ...ok.headers, ...headers("Accept-Ranges", "Content-Disposition", "ETag", "Repr-Digest") };
  return {
    ...responses,
    200: { ...ok, headers: own },
    206: { ...ok, description: "The part that was asked for", headers: { ...own, ...headers("Content-Range") } },
    304: notModified,
  };
}

/** Gives an endpoint `c.var.file`, which answers a file whole, in part, or not at all to a client that knows it. */
export const serveFiles: MiddlewareHandler<AppEnv & FileEnv> = (c, next) => {
  const send: SendFile = async ({ name, type, size, sha256 }, open) => {
    const etag = `"${sha256}"`;
    // Only a strong tag is known to stand for the same bytes.
    requireMatch(c.req.raw.headers, etag, Object.is);
    if (isAmong(c.req.header("If-None-Match") ?? "", etag)) return c.body(null, 304, { ETag: etag });
    const isHead = c.req.method === "HEAD";
    const mayBePart = !isHead && (c.req.header("If-Range") ?? etag).trim() === etag;
    const part = partOf(size, mayBePart ? c.req.header("Range") : undefined);
    const { start, end } = part ?? { start: 0, end: size - 1 };
    const length = end + 1 - start;
    const about = {
      "Accept-Ranges": "bytes",
      "Content-Disposition": attachmentNamed(name),
      "Content-Length": String(length),
      "Content-Type": type,
      ETag: etag,
      "Repr-Digest": reprDigestOf(sha256),
    };
    if (isHead) return c.body(null, 200, about);
    const bytes = await open({ offset: start, length });
    // Most likely the storage has lost them, since a deletion takes the row first.
    if (!bytes) throw new ApiError("not_found", { cause: new GuardedError({ error: "the file has no bytes" }) });
    // The runtime sends a length only for a stream that has one.
    const body = bytes.pipeThrough(new FixedLengthStream(length));
    if (!part) return c.body(body, 200, about);
    return c.body(body, 206, { ...about, "Content-Range": `bytes ${start}-${end}/${size}` });
  };
  c.set("file", send);
  return next();
};
