/** `attempts` in all, 3 by default; no wait is longer than `longestWait`, 10,000 ms by default. */
export type Retries = { attempts?: number; longestWait?: number };

/**
 * Sends a request, and again where that does no harm: after 429, which did nothing; after 502, 503, 504 or a lost
 * connection, a read and a write with an `Idempotency-Key`. Waits as `Retry-After` says, and gives up if that is too long.
 */
export async function withRetries(
  request: Request,
  send: (request: Request) => Promise<Response>,
  { attempts = 3, longestWait = 10_000 }: Retries = {},
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt >= attempts;
    const wait = await attemptOnce(request, send, attempt, isLast ? -1 : longestWait);
    if (wait instanceof Response) return wait;
    await pause(wait, request.signal);
  }
}

/** The answer, or the milliseconds to wait before the next attempt. */
async function attemptOnce(
  request: Request,
  send: (request: Request) => Promise<Response>,
  attempt: number,
  longestWait: number,
): Promise<Response | number> {
  const isSafe = request.method === "GET" || request.method === "HEAD" || request.headers.has("Idempotency-Key");
  const backoff = 2 ** attempt * 100 * (1 + Math.random());
  try {
    const answer = await send(request.clone());
    const wait = waitOf(answer) ?? backoff;
    if (!mayRepeat(answer, isSafe) || wait > longestWait) return answer;
    await answer.body?.cancel();
    return wait;
  } catch (error) {
    if (!isSafe || request.signal.aborted || backoff > longestWait) throw error;
    return backoff;
  }
}

function mayRepeat({ status, headers }: Response, isSafe: boolean): boolean {
  if (status === 429) return true;
  // 409 has the header while the first request under the same key is still running.
  return isSafe && ([502, 503, 504].includes(status) || (status === 409 && headers.has("Retry-After")));
}

/**
 * The milliseconds of a `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3), with some jitter. Undefined if it
 * is neither: `Date.parse` takes even `-5` for a date.
 */
function waitOf({ headers }: Response): number | undefined {
  const header = headers.get("Retry-After")?.trim() ?? "";
  if (/^\d+$/.test(header)) return Number(header) * 1_000 + Math.random() * 250;
  const wait = /^[a-z]/i.test(header) ? Date.parse(header) - Date.now() : Number.NaN;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait) + Math.random() * 250;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
