import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { listening } from "./listening.ts";

/**
 * A way to the database that breaks: passes each request on, and cuts the connection in the middle of the answer, when all
 * that was asked for is done.
 */
export async function serveCut(url: string): Promise<{ url: string; close(): Promise<unknown> }> {
  const server = createServer(async (request, response) => {
    const headers = Object.entries(request.headersDistinct).flatMap(([name, [value = ""] = []]): [string, string][] =>
      name.startsWith("neon-") ? [[name, value]] : [],
    );
    const answer = await fetch(url, { method: "POST", headers, body: await buffer(request) });
    const bytes = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { "content-type": "application/json", "content-length": bytes.length });
    response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy());
  });
  const { url: origin, close } = await listening(server);
  return { url: `${origin}/sql`, close };
}
