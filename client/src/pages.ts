import type { Last } from "./calls.ts";
import type { Client } from "./index.ts";
import { unwrap } from "./problems.ts";
import type { paths } from "./schema.ts";

type Page<Item> = { items: Item[]; next_cursor: string | null };
type AnswerOf<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Answer } } } };
}
  ? Answer
  : never;

/** The paths that answer a list of pages. */
export type PagedPath = {
  [Path in keyof paths]: AnswerOf<Path> extends Page<unknown> ? Path : never;
}[keyof paths];
export type ItemOf<Path extends PagedPath> = AnswerOf<Path> extends Page<infer Item> ? Item : never;

/** The parameters of a list, without the cursor. They may be left out where none is required. */
export type ListInit<Path extends PagedPath> = { signal?: AbortSignal } & (object extends ListParams<Path>
  ? { params?: ListParams<Path> }
  : { params: ListParams<Path> });
type ListParams<Path extends PagedPath> = Omit<ParametersOf<Path>, "query" | "header" | "cookie"> &
  (object extends QueryOf<Path> ? { query?: QueryOf<Path> } : { query: QueryOf<Path> });
type ParametersOf<Path extends PagedPath> = paths[Path] extends { get: { parameters: infer Parameters } }
  ? Parameters
  : never;
type QueryOf<Path extends PagedPath> =
  ParametersOf<Path> extends { query?: infer Query } ? Omit<NonNullable<Query>, "cursor"> : never;

/** One page of a list. Throws a `ProblemError`. */
export async function pageAt<Path extends PagedPath>(
  api: Client,
  path: Path,
  init: { params?: { query?: object }; signal?: AbortSignal } = {},
  cursor?: string,
): Promise<Page<ItemOf<Path>>> {
  const query = { ...init.params?.query, ...(cursor !== undefined && { cursor }) };
  // The type of openapi-fetch's parameters cannot be followed through a path that is not known yet.
  const get = api.GET as unknown as (
    path: Path,
    init: object,
  ) => Promise<{ data?: Page<ItemOf<Path>>; response: Response }>;
  return unwrap(await get(path, { ...init, params: { ...init.params, query } })) as Page<ItemOf<Path>>;
}

/** The rows of all pages of a list, each page read when it is needed: `for await (const item of pages(api, "…"))`. */
export async function* pages<Path extends PagedPath>(
  api: Client,
  path: Path,
  ...[init]: Last<ListInit<Path>>
): AsyncGenerator<ItemOf<Path>, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await pageAt(api, path, init, cursor);
    yield* page.items;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
