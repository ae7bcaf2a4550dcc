import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { listening } from "../setup/listening.ts";

export type Edge = { url: string; close(): Promise<unknown> };
type Forwarded = { request: IncomingMessage; response: ServerResponse; answer: Response; bytes: Buffer };

/** An edge before the server at `target`: `pass` answers what the server has answered, or does not. */
export async function startEdge(target: string, pass: (forwarded: Forwarded) => void): Promise<Edge> {
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "/", headers } = request;
    const body = method === "GET" || method === "HEAD" ? null : await buffer(request);
    const answer = await fetch(new URL(url, target), { method, headers: forwarded(headers), body, redirect: "manual" });
    const bytes = Buffer.from(await answer.arrayBuffer());
    response.statusCode = answer.status;
    for (const [name, value] of answer.headers) {
      if (!/^(content-length|content-encoding|transfer-encoding|connection)$/.test(name)) {
        response.appendHeader(name, value);
      }
    }
    pass({ request, response, answer, bytes });
  });
  return listening(server);
}

function forwarded(headers: IncomingHttpHeaders): Record<string, string> {
  const own = Object.entries(headers).filter(
    ([name]) => !/^(host|connection|content-length|accept-encoding)$/.test(name),
  );
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}
