import { gzipSync } from "node:zlib";
import { type Edge, startEdge } from "./edge.ts";

/** An edge as Cloudflare's, before the server at `target`: compresses answers, and makes the `ETag` of those weak. */
export function startCompressingEdge(target: string): Promise<Edge> {
  return startEdge(target, ({ request, response, bytes }) => {
    const isCompressed = bytes.length > 0 && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    if (isCompressed) {
      const etag = response.getHeader("etag");
      if (typeof etag === "string" && !etag.startsWith("W/")) response.setHeader("ETag", `W/${etag}`);
      response.setHeader("Content-Encoding", "gzip");
    }
    response.end(isCompressed ? gzipSync(bytes) : bytes);
  });
}
