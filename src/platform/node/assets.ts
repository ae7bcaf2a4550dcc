import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { compress } from "hono/compress";

/** `Cache-Control` of the folders that Cloudflare serves by the rules of dev/build/assets.ts. */
const lifetimes: readonly [path: string, cacheControl: string][] = [
  ["/static/immutable/", "public, max-age=31536000, immutable"],
  ["/static/", "public, max-age=0, must-revalidate"],
  ["/docs-assets/", "public, max-age=86400"],
];

type Fetch = (request: Request) => Response | Promise<Response>;

/** Serves static files before the app, and compresses answers for clients that can read them. */
export function inFrontOf(app: Fetch, folder: string | undefined): Fetch {
  const around = new Hono();
  around.use(compress());
  for (const [path, cacheControl] of folder === undefined ? [] : lifetimes) {
    around.use(
      `${path}*`,
      serveStatic({
        ...(folder !== undefined && { root: folder }),
        onFound: (_path, c) => {
          if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", cacheControl);
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
