import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { mailboxPage, pageHeaders } from "./mailbox-page.ts";

const Received = z.object({
  id: z.string().min(1).max(100),
  from: z.object({ name: z.string(), email: z.string() }),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
});

/** A mail that the Worker has sent. */
export type Received = z.infer<typeof Received> & { received_at: string };

export type Mailbox = {
  /** The page that shows the mails. */
  url: string;
  /** For `MAIL_ENDPOINT`. */
  endpoint: string;
  close(): Promise<void>;
};

const maxMails = 200;
const maxBytes = 1024 * 1024;

/**
 * A mailbox for the mails that the Worker sends on this machine: a web page, and a JSON list at `/messages`, the newest
 * first. Listens on loopback, on `port` where that is free, and forgets everything when it is closed.
 */
export async function openMailbox({ port, api }: { port: number; api: string }): Promise<Mailbox> {
  const mails = new Map<string, Received>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, 400, "text/plain", "The request is not a mail.\n"));
  });
  await listen(server, port).catch(() => listen(server, 0));
  // A server on TCP has an AddressInfo; the other forms are those of pipes and closed servers.
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers } = request;
    // A foreign page can point its host name at loopback, but cannot choose the Host that its browser sends.
    if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(headers.host ?? "")) {
      return send(response, 421, "text/plain", "The mailbox answers to localhost only.\n");
    }
    const { pathname } = new URL(request.url ?? "", url);
    const newestFirst = [...mails.values()].reverse();
    if (method === "POST" && pathname === "/messages") {
      keep(await bodyOf(request));
      return send(response, 202, "text/plain", "");
    }
    if (method !== "GET") return send(response, 405, "text/plain", "GET, or POST /messages.\n");
    if (pathname === "/messages") return send(response, 200, "application/json", JSON.stringify(newestFirst));
    const [, id] = /^\/messages\/([\w-]+)$/.exec(pathname) ?? [];
    const shown = id === undefined ? newestFirst[0] : mails.get(id);
    if ((pathname !== "/" && id === undefined) || (id !== undefined && !shown)) {
      return send(response, 404, "text/plain", "There is no such mail.\n");
    }
    const page = await mailboxPage(newestFirst, shown, api);
    send(response, 200, "text/html; charset=utf-8", page.html, pageHeaders(page.nonce));
  }

  /** Keeps one mail per id, however often it is sent. */
  function keep(mail: z.infer<typeof Received>): void {
    if (mails.has(mail.id)) return;
    mails.set(mail.id, { ...mail, received_at: new Date().toISOString() });
    for (const oldest of mails.keys()) {
      if (mails.size <= maxMails) break;
      mails.delete(oldest);
    }
  }

  return {
    url,
    endpoint: `${url.replace("localhost", "127.0.0.1")}/messages`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

/** Accepts JSON only, which a foreign page cannot send without a preflight. */
async function bodyOf(request: IncomingMessage): Promise<z.infer<typeof Received>> {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) throw new Error("not JSON");
  if (!(Number(request.headers["content-length"]) <= maxBytes)) throw new Error("of no length, or too large");
  return Received.parse(await json(request));
}

function send(response: ServerResponse, status: number, type: string, body: string, headers = {}): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store", ...headers });
  response.end(body);
}
