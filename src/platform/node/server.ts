import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Bindings } from "../../settings.ts";
import { inFrontOf } from "./assets.ts";
import { Pending } from "./pending.ts";
import { type Origin, readOrigin } from "./proxies.ts";
import type { ServerSettings } from "./settings.ts";
import { sendStream, streamOf } from "./streamed.ts";

type App = { fetch(request: Request, bindings: Bindings, context: ExecutionContext): Response | Promise<Response> };
export type NodeServer = {
  url: string;
  /** Takes no more requests, and resolves when all are answered and all that they began is done. False: time ran out. */
  close(): Promise<boolean>;
};

/** Milliseconds for the headers of a request. Without a bound on the request as a whole, Node has none for them. */
const headersTimeout = 60_000;

/** The host of a request that names none, as HTTP/1.0 allows and the checks of load balancers do. */
const hostname = "localhost";

/** The addresses of requests that are being answered. */
const addresses = new WeakMap<Request, string>();

/** The address of a request's client, past trusted proxies. */
export function addressOnNode(request: Request): string | undefined {
  return addresses.get(request);
}

/** Serves an app over HTTP on this machine. */
export async function serveOnNode(app: App, bindings: Bindings, settings: ServerSettings): Promise<NodeServer> {
  const { HOST, PORT, TRUSTED_PROXIES, ASSETS_FOLDER, SHUTDOWN_SECONDS } = settings;
  const pending = new Pending();
  const originOf = readOrigin(TRUSTED_PROXIES);
  const origins = new WeakMap<IncomingMessage, Origin>();
  const fetch = inFrontOf((request) => app.fetch(request, bindings, pending.context), ASSETS_FOLDER);
  const answer = getRequestListener(
    async (request, { incoming, outgoing }) => {
      const address = origins.get(incoming)?.address;
      if (address !== undefined) addresses.set(request, address);
      const response = await fetch(request);
      // The rest of a body that was refused is not read, so that no other request can follow it.
      if (!incoming.complete) outgoing.shouldKeepAlive = false;
      const stream = streamOf(response);
      if (!stream) return response;
      pending.add(sendStream(response, stream, outgoing));
      return RESPONSE_ALREADY_SENT;
    },
    { hostname },
  );
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, url, headers } = incoming;
    // Asks whether the server is there (RFC 9110, section 9.3.7): no endpoint has this path.
    if (method === "OPTIONS" && url === "*") return void outgoing.writeHead(204).end();
    const origin = originOf(incoming);
    const target = targetOf(url, headers.host || hostname, origin);
    if (target === undefined) return void outgoing.writeHead(400, { Connection: "close" }).end();
    origins.set(incoming, origin);
    incoming.url = target;
    void answer(incoming, outgoing);
  };
  // Each endpoint bounds the time of its body. Idle connections outlast those of usual proxies, which close theirs first.
  const server = createServer({ requestTimeout: 0, headersTimeout, keepAliveTimeout: 75_000 }, listener);
  server.listen(PORT, HOST);
  await once(server, "listening");
  // A server on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST.includes(":") ? `[${HOST}]` : HOST}:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const { promise, resolve } = Promise.withResolvers<false>();
      const bound = setTimeout(() => resolve(false), SHUTDOWN_SECONDS * 1_000);
      const done = closed.then(() => pending.settled()).then(() => true);
      const isDone = await Promise.race([done, promise]);
      clearInterval(idle);
      clearTimeout(bound);
      server.closeAllConnections();
      return isDone;
    },
  };
}

/**
 * The target of a request, with the scheme that its client used: a proxy speaks TLS with the client, and plain HTTP with
 * this server. Undefined for one that is neither a path nor a URL of the web.
 */
function targetOf(url = "", host: string, { isSecure }: Origin): string | undefined {
  if (url.startsWith("/")) return isSecure && isHost(host) ? `https://${host}${url}` : url;
  // The host of a whole URL counts more than `Host` (RFC 9112, section 3.2.2).
  const [, rest] = /^https?:(\/\/.*)$/i.exec(url) ?? [];
  return rest && `${isSecure ? "https" : "http"}:${rest}`;
}

/** True for a name or an address with a port or none, and nothing that would lead elsewhere in a URL. */
function isHost(host: string): boolean {
  return /^([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i.test(host);
}
