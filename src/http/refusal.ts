import { readableBy } from "./cross-origin.ts";
import { adoptedId } from "./request-id.ts";

/** An answer that refuses, in plain data: complete but for what each request has of its own. */
export type Refusal = {
  status: number;
  headers: readonly (readonly [string, string])[];
  /** Further ones of an answer by TLS. */
  secure: readonly (readonly [string, string])[];
  /** Those that a page of a listed origin may read. */
  exposed: readonly string[];
  body: object;
};

/** The parts of one request: its id, further headers, and the origins whose pages may read the answer. */
type Own = { requestId: string; headers?: Record<string, string>; isListed: (origin: string) => boolean };

/** The id under which a request is refused: its own, or a new one. */
export function refusedId({ headers }: Request): string {
  return adoptedId(headers.get("X-Request-Id"));
}

/**
 * Makes the answers of a refusal. Each costs little: to copy `Headers` takes a fraction of the time of setting each of
 * them.
 */
export function answersOf({ status, headers, secure, exposed, body }: Refusal) {
  const kept = (all: Refusal["headers"]) => new Headers([...all, ["Vary", "Origin"]].map(([...pair]) => pair));
  const [plain, byTls] = [kept(headers), kept([...headers, ...secure])];
  return (request: Request, { requestId, headers: further = {}, isListed }: Own): Response => {
    const all = new Headers(request.url.startsWith("https:") ? byTls : plain);
    all.set("X-Request-Id", requestId);
    for (const [name, value] of Object.entries(further)) all.set(name, value);
    const origin = request.headers.get("Origin");
    if (origin && isListed(origin)) for (const [name, value] of readableBy(origin, exposed)) all.set(name, value);
    const text = request.method === "HEAD" ? null : JSON.stringify({ ...body, request_id: requestId });
    return new Response(text, { status, headers: all });
  };
}
