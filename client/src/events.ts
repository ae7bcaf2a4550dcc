/** Reads streams of events, for which an `EventSource` sends no access token. */
import type { Client } from "./index.ts";
import { ProblemError, unwrap } from "./problems.ts";
import { pause, within } from "./waiting.ts";

/** An event. It is named `message` if the server gives it no name. */
export type StreamedEvent<Data> = { data: Data; event: string; id?: string };
/** The options of a call for a stream, beside its own parameters. */
export type Resuming = { parseAs: "stream"; headers: Record<string, string>; signal: AbortSignal };
type Answer = { data?: ReadableStream<Uint8Array> | null; error?: unknown; response: Response };

/** Milliseconds without a byte after which a connection is lost, as on a device that slept: the API sends one in 15 s. */
const silence = 45_000;

/**
 * The events of an endpoint as they come, until the server ends them:
 * `for await (const { data } of events<Tick>(api, (resuming) => api.GET("…", { params, ...resuming }), signal))`.
 * Calls again, with the last id, where the connection is lost, until the network is back. Throws a `ProblemError` if the
 * server refuses or breaks off, the reason of `signal`, and an error if the user has changed before a further call.
 */
export async function* events<Data>(
  api: Client,
  call: (resuming: Resuming) => Promise<Answer>,
  signal = new AbortController().signal,
): AsyncGenerator<StreamedEvent<Data>, void, undefined> {
  const { turn } = api.session;
  let last = "";
  let wait = 1_000;
  for (let isFirst = true; ; isFirst = false) {
    const asked = call({ parseAs: "stream", headers: last ? { "Last-Event-ID": last } : {}, signal });
    const answer = await (isFirst ? asked : asked.catch(() => undefined));
    const reader = answer && unwrap(answer)?.getReader();
    // The server has no more to tell.
    if (answer?.response.status === 204) return;
    if (answer && !reader) throw new Error("This runtime has no streams.");
    const decoder = new TextDecoder();
    let text = "";
    try {
      while (reader) {
        const chunk = await within(silence, () => reader.read()).catch(() => undefined);
        if (chunk?.done) return;
        if (!chunk) break;
        text += decoder.decode(chunk.value, { stream: true });
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const { data, event = "message", id, retry } of blocks.map(fieldsOf)) {
          last = id ?? last;
          wait = Number(retry ?? wait);
          if (data === undefined) continue;
          const told = JSON.parse(data);
          if (event === "error") throw new ProblemError(told, answer.response);
          yield { data: told, event, ...(id !== undefined && { id }) };
        }
      }
    } finally {
      // Not awaited: a reader that is gone waits for nothing.
      reader?.cancel().catch(() => {});
    }
    await pause(wait * (1 + Math.random()), signal);
    if (turn !== api.session.turn) throw new Error("The user has changed.");
  }
}

/** The fields of an event, as the API writes them: each in one line. A line without a name is a comment. */
function fieldsOf(block: string): Partial<Record<string, string>> {
  return Object.fromEntries(block.split("\n").map((line) => /^([^:]*): ?(.*)/s.exec(line)?.slice(1) ?? []));
}
