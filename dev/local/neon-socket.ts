import { once } from "node:events";
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";
import { type FaultName, faultNamed } from "./chaos.ts";
import { isPostgresError, type LocalDatabase } from "./database.ts";
import { errorMessage, int, message } from "./messages.ts";
import { maxBytes } from "./neon-protocol.ts";
import { carryWithFaults, refuseConnection, sqlstateOf } from "./socket-chaos.ts";

/** PostgreSQL's codes of the messages before a session: protocol 3.0, and the request for TLS. */
const [protocol3, tls] = [196_608, 80_877_103];

/**
 * Serves WebSockets at `/v2` of `server`, as Neon does: in them a client speaks PostgreSQL's own protocol, and shows its
 * password in clear. With `chaos`, a client may ask for a fault. Answers the end of all of them.
 */
export function acceptSockets(
  server: Server,
  database: LocalDatabase,
  { password, chaos = false }: { password?: string | undefined; chaos?: boolean | undefined } = {},
): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxBytes });
  server.on("upgrade", (request, socket, head) => {
    if (!/^\/v2(\?|$)/.test(request.url ?? "")) return void socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    const fault = chaos
      ? faultNamed(new URL(request.url ?? "", "http://localhost").searchParams.get("chaos"))
      : undefined;
    const upgrade = () =>
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const client = createWebSocketStream(webSocket);
        client.on("error", () => {});
        const end = chaos ? () => webSocket.terminate() : undefined;
        speak(client, database, { password, fault, end }).catch((error) => client.end(refusal(error)));
      });
    void refuseConnection(socket, fault).then((isRefused) => isRefused || upgrade());
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
  };
}

/** `end` breaks the connection off, where statements may meet faults. */
type Terms = { password: string | undefined; fault: FaultName | undefined; end: (() => void) | undefined };

/** Signs a client in and then only carries bytes. Where either side ends, so does the other. */
async function speak(client: Duplex, database: LocalDatabase, { password, fault, end }: Terms): Promise<void> {
  const { user = "", database: name = user } = await startUp(client);
  client.write(message("R", int(3)));
  const shown = text(await typed(client, "p"));
  if (password !== undefined && shown !== password) {
    throw refused("28P01", `password authentication failed for user '${user}'`);
  }
  const state = sqlstateOf(fault);
  if (state) throw refused(state.code, state.words);
  const { stream, parameters } = await database.tunnel(name);
  if (client.destroyed) return void stream.destroy();
  client.write(message("R", int(0)));
  for (const pair of parameters) client.write(message("S", Buffer.from(pair.map((word) => `${word}\0`).join(""))));
  client.write(message("Z", Buffer.from("I")));
  if (end) return carryWithFaults(client, stream, end);
  client.once("close", () => stream.destroy());
  stream.once("close", () => client.destroy());
  stream.on("error", () => client.destroy());
  client.pipe(stream).pipe(client);
}

/** The parameters of the first message, after a refusal of TLS: the WebSocket has its own. */
async function startUp(client: Duplex): Promise<Record<string, string>> {
  const body = await take(client, (await take(client, 4)).readInt32BE() - 4);
  const code = body.readInt32BE();
  if (code === tls) {
    client.write("N");
    return startUp(client);
  }
  if (code !== protocol3) throw refused("08P01", `unsupported frontend protocol ${code >> 16}.${code & 0xffff}`);
  const words = body.subarray(4).toString().split("\0");
  const pairs = Array.from({ length: words.length >> 1 }, (_, i) => [words[2 * i] ?? "", words[2 * i + 1] ?? ""]);
  return Object.fromEntries(pairs.filter(([name]) => name !== ""));
}

async function typed(client: Duplex, type: string): Promise<Buffer> {
  const head = await take(client, 5);
  if (head.toString("latin1", 0, 1) !== type) throw refused("08P01", "expected password response");
  return take(client, head.readInt32BE(1) - 4);
}

/** The next bytes of a stream. A message before the session is short. */
async function take(stream: Duplex, count: number): Promise<Buffer> {
  if (!(count > 0 && count < 10_000)) throw refused("08P01", "invalid length of startup packet");
  for (;;) {
    const bytes: Buffer | null = stream.read(count);
    if (bytes?.length === count) return bytes;
    if (stream.readableEnded || stream.destroyed) throw refused("08P01", "the client has gone");
    await Promise.race([once(stream, "readable"), once(stream, "close")]);
  }
}

type Refusal = Error & { severity: string; code: string };

function refused(code: string, reason: string): Refusal {
  return Object.assign(new Error(reason), { severity: "FATAL", code });
}

/** An ErrorResponse: Postgres' own, or that there is no connection to it. */
function refusal(error: unknown): Buffer {
  const { code = "08006", message: reason } = isPostgresError(error) ? error : refused("08006", String(error));
  const fields = { S: "FATAL", V: "FATAL", C: code, M: reason };
  return errorMessage(Object.entries(fields));
}

function text(body: Buffer): string {
  return body.toString("utf8", 0, body.length - 1);
}
