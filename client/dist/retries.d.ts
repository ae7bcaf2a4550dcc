/** `attempts` in all, 3 by default; no wait is longer than `longestWait`, 10,000 ms by default. */
export type Retries = {
    attempts?: number;
    longestWait?: number;
};
/**
 * Sends a request, and again where that does no harm: after 429, which did nothing; after 502, 503, 504 or a lost
 * connection, a read and a write with an `Idempotency-Key`. Waits as `Retry-After` says, and gives up if that is too long.
 */
export declare function withRetries(request: Request, send: (request: Request) => Promise<Response>, { attempts, longestWait }?: Retries): Promise<Response>;
