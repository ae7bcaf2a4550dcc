import type { Context } from "hono";

/**
 * Notes the headers of the answer so far. Answers a function that removes all others, before a refusal is thrown in place
 * of an answer that the handler has made.
 */
export function markHeaders(c: Context): () => void {
  const before = new Set(c.res.headers.keys());
  return () => {
    for (const name of [...c.res.headers.keys()]) if (!before.has(name)) c.header(name, undefined);
  };
}
