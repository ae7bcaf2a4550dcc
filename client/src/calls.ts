import type { FetchOptions, FetchResponse, ParseAs } from "openapi-fetch";
import type { paths } from "./schema.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";
export type PathsBy<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];
export type Operation<M extends Method, P extends PathsBy<M>> =
  paths[P] extends Record<M, infer O extends Record<string, unknown>> ? O : never;
/** The options of one call, without a `fetch`, which would pass by the session and its token. */
export type Init<M extends Method, P extends PathsBy<M>> = FetchOptions<Operation<M, P>> & { fetch?: never };

/** The last argument of a call, which may be left out where all of it may. */
export type Last<Init> = object extends Init ? [init?: Init] : [init: Init];

/** The calls of openapi-fetch, whose own types take any further member, and so a misspelt one. */
export type Calls = { [M in Method as Uppercase<M>]: Call<M> };
type Call<M extends Method> = <P extends PathsBy<M>, As extends ParseAs = "json">(
  path: P,
  ...init: Last<Init<M, P> & { parseAs?: As }>
) => Promise<FetchResponse<Operation<M, P>, { parseAs: As }, `${string}/${string}`>>;
