import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { compress, COMPRESSIBLE_CONTENT_TYPE_REGEX as compressible } from "hono/compress";
import { replayed } from "../../http/replayed.ts";

/** `Cache-Control` of the folders that Cloudflare serves by the rules of dev/build/assets.ts. */
const lifetimes: readonly [path: string, cacheControl: string][] = [
  ["/static/immutable/", "public, max-age=31536000, immutable"],
  ["/static/", "public, max-age=0, must-revalidate"],
  ["/docs-assets/", "public, max-age=86400"],
];

/** Bytes below which an answer is not worth compressing. */
const threshold = 1_024;

type Fetch = (request: Request) => Response | Promise<Response>;

/** Serves static files before the app, and compresses answers for clients that can read them. */
export function inFrontOf(app: Fetch, folder: string | undefined): Fetch {
  const around = new Hono();
  around.use(compress({ threshold }), async (c, next) => {
    await next();
    if (compressible.test(c.res.headers.get("Content-Type") ?? "")) c.res = await sized(c.res);
  });
  for (const [path, cacheControl] of folder === undefined ? [] : lifetimes) {
    around.use(
      `${path}*`,
      serveStatic({
        ...(folder !== undefined && { root: folder }),
        onFound: (_path, c) => {
          c.header("Cache-Control", cacheControl);
          c.header("X-Content-Type-Options", "nosniff");
        },
      }),
    );
  }
  around.all("*", (c) => app(c.req.raw));
  const isOfAround = ({ url, headers }: Request) =>
    headers.has("Accept-Encoding") || /^\w+:\/\/[^/]+\/(static|docs-assets)\//.test(url);
  // Most answers need neither, and the way round costs time.
  return (request) => (isOfAround(request) ? around.fetch(request) : app(request));
}

/** The same answer, with its `Content-Length` if that is below the threshold: `compress` would not know it. */
async function sized(response: Response): Promise<Response> {
  if (!response.body || response.headers.has("Content-Length")) return response;
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  for (let length = 0; length < threshold; ) {
    const next = await reader.read().catch(() => undefined);
    // The rest fails again.
    if (!next) break;
    const { done, value } = next;
    if (done) {
      const answer = new Response(Buffer.concat(chunks), response);
      answer.headers.set("Content-Length", String(length));
      return answer;
    }
    chunks.push(value);
    length += value.byteLength;
  }
  return new Response(replayed(chunks, reader), response);
}
