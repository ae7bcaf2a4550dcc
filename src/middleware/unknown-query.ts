import type { MiddlewareHandler } from "hono";
import { invalid } from "../errors.ts";
import { isEncodedUtf8 } from "../http/percent.ts";
import { fieldError } from "../schemas/field-errors.ts";

/**
 * 422 for a query parameter that an endpoint does not declare: a misspelt filter would show everything. Also for one that
 * is not UTF-8, of which a lenient decoder would make another text.
 */
export function refuseUnknownQuery(names: readonly string[]): MiddlewareHandler {
  return (c, next) => {
    const start = c.req.url.indexOf("?");
    if (start < 0) return next();
    const query = c.req.url.slice(start + 1);
    const given = new Set(namesIn(query));
    const unknown = [...given].filter((name) => !names.includes(name));
    const undecoded = new Set(
      query
        .split("&")
        .filter((pair) => !isEncodedUtf8(pair))
        .flatMap(namesIn),
    );
    const errors = [
      ...unknown.map((name) => fieldError(["query", name], "extra_forbidden")),
      ...[...undecoded].map((name) => fieldError(["query", name], "invalid_unicode")),
    ];
    if (errors.length > 0) throw invalid("validation_failed", errors);
    return next();
  };
}

function namesIn(query: string): string[] {
  // Takes one question mark away, and no other: the name of `??x=1` is `?x`.
  return [...new URLSearchParams(`?${query}`).keys()];
}
