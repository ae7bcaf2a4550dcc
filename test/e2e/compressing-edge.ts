import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

/** An edge as Cloudflare's, before the server at `target`: compresses answers, and makes the `ETag` of those weak. */
export async function startCompressingEdge(target: string): Promise<{ url: string; close(): Promise<unknown> }> {
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "/", headers } = request;
    const body = method === "GET" || method === "HEAD" ? null : await buffer(request);
    const answer = await fetch(new URL(url, target), { method, headers: forwarded(headers), body });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isCompressed = bytes.length > 0 && /\bgzip\b/.test(String(headers["accept-encoding"] ?? ""));
    response.statusCode = answer.status;
    for (const [name, value] of answer.headers) {
      const isTag = isCompressed && name === "etag" && !value.startsWith("W/");
      if (!/^(content-length|content-encoding|transfer-encoding|connection)$/.test(name)) {
        response.appendHeader(name, isTag ? `W/${value}` : value);
      }
    }
    if (isCompressed) response.setHeader("Content-Encoding", "gzip");
    response.end(isCompressed ? gzipSync(bytes) : bytes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      return closed;
    },
  };
}

function forwarded(headers: IncomingHttpHeaders): Record<string, string> {
  const own = Object.entries(headers).filter(
    ([name]) => !/^(host|connection|content-length|accept-encoding)$/.test(name),
  );
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}
