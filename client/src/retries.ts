import { pause } from "./waiting.ts";

/** `attempts` in all, 3 by default; no wait is longer than `longestWait`, 10,000 ms by default. */
export type Retries = { attempts?: number; longestWait?: number };

/**
 * Sends a request, and again where that does no harm: after 429, which did nothing; after 502, 503, 504 or a lost
 * connection, a read and a write with an `Idempotency-Key`. Waits as `Retry-After` says, but not past the `latest` time at
 * which the sender has use for a repetition, and gives up if that is too long or the time is over.
 */
export async function withRetries(
  request: Request,
  send: (request: Request) => Promise<Response>,
  { attempts = 3, longestWait = 10_000 }: Retries = {},
  latest: () => number,
): Promise<Response> {
  const isSafe = request.method === "GET" || request.method === "HEAD" || request.headers.has("Idempotency-Key");
  for (let attempt = 1; ; attempt++) {
    let wait = 2 ** attempt * 100 * (1 + Math.random());
    const mayWait = () => attempt < attempts && wait <= longestWait && latest() > Date.now();
    try {
      const answer = await send(request.clone());
      wait = waitOf(answer) ?? wait;
      if (!mayRepeat(answer, isSafe) || !mayWait()) return answer;
      // Not awaited: one branch of a cloned body waits for the other.
      answer.body?.cancel().catch(() => {});
      wait += Math.random() * 250;
    } catch (error) {
      if (!isSafe || request.signal.aborted || !mayWait()) throw error;
    }
    await pause(Math.min(wait, latest() - Date.now()), request.signal);
  }
}

function mayRepeat({ status, headers }: Response, isSafe: boolean): boolean {
  // 409 has the header while the first request under the same key is still running.
  const isBusy = (status > 501 && status < 505) || (status === 409 && headers.has("Retry-After"));
  return status === 429 || (isSafe && isBusy);
}

/**
 * The milliseconds of a `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3). Undefined if it is neither:
 * `Date.parse` takes even `-5` for a date.
 */
function waitOf({ headers }: Response): number | undefined {
  const header = headers.get("Retry-After") ?? "";
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const date = /^[a-z]/i.test(header) && Date.parse(header);
  // By the server's own clock, where the page may read it.
  return date ? Math.max(0, date - (Date.parse(headers.get("Date") ?? "") || Date.now())) : undefined;
}
