/** The client's address as Cloudflare tells it, in a header that it sets on every request. */
export function addressOfEdge({ headers }: Request): string | undefined {
  return headers.get("CF-Connecting-IP") ?? undefined;
}
