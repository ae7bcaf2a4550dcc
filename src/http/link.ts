import type { Context } from "hono";

/** Sets `Link: <…>; rel="next"` (RFC 8288): this request's URL with the next page's cursor. */
export function linkNext(c: Context, cursor: string | null): void {
  if (cursor === null) return;
  const url = new URL(c.req.url);
  url.searchParams.set("cursor", cursor);
  c.header("Link", `<${url.pathname}${url.search}>; rel="next"`);
}
