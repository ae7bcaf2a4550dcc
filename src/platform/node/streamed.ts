import "./fixed-length.ts";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { describeError, logToConsole } from "../../log.ts";
import { toNodeStream } from "./streams.ts";

/** The body of an answer that is a stream. */
export function streamOf(response: Response): ReadableStream<Uint8Array> | null {
  // The library's own response holds what it was made of, and would make another for `body`, which takes long.
  const key = Object.getOwnPropertySymbols(response).find(({ description }) => description === "cache");
  if (!key) return response.body;
  const [, body] = Reflect.get(response, key);
  return body instanceof ReadableStream ? body : null;
}

/**
 * Sends an answer that is a stream. Closes the connection where that fails: the library would send its error, as if it
 * were the answer. Never rejects.
 */
export async function sendStream(
  { status, headers }: Response,
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
): Promise<void> {
  // A client that left before the answer began: nothing would read the source, or end it.
  if (outgoing.destroyed) return body.cancel().catch(() => {});
  try {
    outgoing.statusCode = status;
    outgoing.setHeaders(headers);
    const length = headers.get("Content-Length");
    // Fails where there is less or more: the client would take another answer for the rest of one that is too short.
    const whole = length === null ? body : body.pipeThrough(new FixedLengthStream(Number(length)));
    await pipeline(toNodeStream(whole), outgoing);
  } catch (error) {
    // The client has gone.
    if (error instanceof Error && Reflect.get(error, "code") === "ERR_STREAM_PREMATURE_CLOSE") return;
    // Node takes fewer headers than `Headers`, and then nobody has read the body.
    outgoing.destroy();
    body.cancel(error).catch(() => {});
    const request_id = headers.get("X-Request-Id") ?? undefined;
    logToConsole({ level: "warn", message: "answer broken off", request_id, cause: describeError(error) });
  }
}
