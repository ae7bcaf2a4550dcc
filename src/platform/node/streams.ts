import { Readable } from "node:stream";
import type { ReadableStream as NodesStream } from "node:stream/web";

// Node and Cloudflare each declare the one stream of the web, with small differences.

export function toNodeStream(stream: ReadableStream<Uint8Array>): Readable {
  return Readable.fromWeb(stream as unknown as NodesStream);
}

export function toWebStream(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>;
}
