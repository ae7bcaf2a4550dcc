import { pause } from "./waiting.ts";

/** `attempts` in all, 3 by default; no wait is longer than `longestWait`, 10,000 ms by default. */
export type Retries = { attempts?: number; longestWait?: number };

/** Sends a request. No repetition begins after the `notAfter` that it sets, in milliseconds since 1970. */
type Send = (request: Request, notAfter: (time: number) => void) => Promise<Response>;

/**
 * Sends a request, and again where that does no harm: after 429, which did nothing; after 502, 503, 504 or a lost
 * connection, a read and a write with an `Idempotency-Key`. Waits as `Retry-After` says, and gives up if that is too long.
 */
export async function withRetries(
  request: Request,
  send: Send,
  { attempts = 3, longestWait = 10_000 }: Retries = {},
): Promise<Response> {
  let until = Number.POSITIVE_INFINITY;
  const notAfter = (time: number) => {
    until = Math.min(until, time);
  };
  for (let attempt = 1; ; attempt++) {
    const mayWait = (ms: number) => attempt < attempts && ms <= longestWait && Date.now() + ms <= until;
    const wait = await attemptOnce(request, (copy) => send(copy, notAfter), attempt, mayWait);
    if (wait instanceof Response) return wait;
    await pause(wait, request.signal);
  }
}

/** The answer, or the milliseconds to wait before the next attempt. */
async function attemptOnce(
  request: Request,
  send: (request: Request) => Promise<Response>,
  attempt: number,
  mayWait: (ms: number) => boolean,
): Promise<Response | number> {
  const isSafe = request.method === "GET" || request.method === "HEAD" || request.headers.has("Idempotency-Key");
  const backoff = 2 ** attempt * 100 * (1 + Math.random());
  try {
    const answer = await send(request.clone());
    const wait = waitOf(answer) ?? backoff;
    if (!mayRepeat(answer, isSafe) || !mayWait(wait)) return answer;
    // Not awaited: one branch of a cloned body waits for the other.
    answer.body?.cancel().catch(() => {});
    return wait + Math.random() * 250;
  } catch (error) {
    if (!isSafe || request.signal.aborted || !mayWait(backoff)) throw error;
    return backoff;
  }
}

function mayRepeat({ status, headers }: Response, isSafe: boolean): boolean {
  if (status === 429) return true;
  // 409 has the header while the first request under the same key is still running.
  return isSafe && ([502, 503, 504].includes(status) || (status === 409 && headers.has("Retry-After")));
}

/**
 * The milliseconds of a `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3). Undefined if it is neither:
 * `Date.parse` takes even `-5` for a date.
 */
function waitOf({ headers }: Response): number | undefined {
  const header = headers.get("Retry-After")?.trim() ?? "";
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  // By the server's own clock, where the page may read it.
  const now = Date.parse(headers.get("Date") ?? "") || Date.now();
  const wait = /^[a-z]/i.test(header) ? Date.parse(header) - now : Number.NaN;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
