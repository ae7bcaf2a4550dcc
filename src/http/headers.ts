/** The response headers, as the document describes them. */
const descriptions = {
  Accept: "The media types that a body may have",
  "Accept-Encoding": "The content codings that a body may have",
  "Accept-Patch": "The media types that a body may have (RFC 5789)",
  "Accept-Post": "The media types that a body may have (W3C Linked Data Platform)",
  "Accept-Ranges": "`bytes`: parts of the file can be asked for by `Range`",
  Age: "Seconds since the answer was made",
  "Cache-Control": "The time for which the answer may be kept; otherwise `no-store`",
  "Content-Disposition": "The name of the file",
  "Content-Range": "The part of the file that this is, and the size of the whole",
  Deprecation: "The time at which the endpoint was deprecated, as `@` and seconds since 1970 (RFC 9745)",
  ETag: "The version, for `If-None-Match` and `If-Match`",
  "Idempotent-Replayed": "`true` if the answer repeats that of an earlier request with the same `Idempotency-Key`",
  Link: 'The next page, as `rel="next"` (RFC 8288); absent on the last',
  Location: "The URL of the new resource, or the target of the redirect",
  Pragma: "`no-cache`, for old caches (RFC 6749, section 5.1)",
  RateLimit: "The limit that was reached, and the seconds until the next call is allowed",
  "RateLimit-Policy": "The calls that the endpoint's class admits, once for each class that counts the call",
  "Repr-Digest": "The SHA-256 of the whole file (RFC 9530)",
  "Retry-After": "Seconds to wait",
  "Set-Cookie": "The refresh token, or the end of its cookie",
  Sunset: "The time after which the endpoint may be gone (RFC 8594)",
  Vary: "The request headers that the answer depends on",
  "WWW-Authenticate": "The scheme, and RFC 6750's error",
  "X-Request-Id": "Names the request in the log: the caller's own, or a new one",
} as const;

/** Those that hold a whole number. */
const numeric: readonly ResponseHeader[] = ["Age", "Retry-After"];

/** Those that no answer lacks whose contract names them. */
const required: readonly ResponseHeader[] = [
  ...(["Content-Disposition", "Deprecation", "ETag", "Location", "RateLimit-Policy", "Sunset"] as const),
  ...(["WWW-Authenticate", "X-Request-Id"] as const),
];

export type ResponseHeader = keyof typeof descriptions;
export const responseHeaders = Object.keys(descriptions) as readonly ResponseHeader[];

/** The header in which an answer says what media types a body of this method may have. */
export function acceptOf(method: string): "Accept" | "Accept-Patch" | "Accept-Post" {
  const own = { post: "Accept-Post", patch: "Accept-Patch" } as const;
  return method === "post" || method === "patch" ? own[method] : "Accept";
}

/** A header of requests, for `parameters`. */
export function headerParameter<Name extends string>(name: Name, description: string) {
  return { name, in: "header", required: false, description, schema: { type: "string" } } as const;
}

/** Picks these headers, for the `headers` of a response. */
export function headers(...names: readonly ResponseHeader[]) {
  return Object.fromEntries(
    names.map((name) => {
      const type = numeric.includes(name) ? ("integer" as const) : ("string" as const);
      const isRequired = required.includes(name) && { required: true };
      return [name, { description: descriptions[name], ...isRequired, schema: { type } }];
    }),
  );
}
