/** Options for TanStack Query, of any framework. Import it beside `@tanstack/react-query`, `vue-query`, … */
import type { Init, Last, Method, Operation, PathsBy } from "./calls.ts";
import type { Client } from "./index.ts";
import { type ItemOf, type ListInit, type PagedPath, pageAt } from "./pages.ts";
import { unwrap } from "./problems.ts";

/** A text or a file is read by `parseAs`, whose name the caller gives. */
type Content<Answer> = Answer extends { content: infer Bodies }
  ? Bodies extends { "application/json": infer Body }
    ? Body
    : Bodies[keyof Bodies]
  : undefined;
type Data<M extends Method, P extends PathsBy<M>> =
  Operation<M, P> extends { responses: infer Answers }
    ? { [Status in keyof Answers & (200 | 201 | 202 | 204)]: Content<Answers[Status]> }[keyof Answers &
        (200 | 201 | 202 | 204)]
    : never;

/** A call whose types were settled above, and which openapi-fetch's own types cannot follow. */
function call(api: Client, method: Method, path: string, init: object): Promise<unknown> {
  const verb = method.toUpperCase() as "GET";
  const send = api[verb] as unknown as (path: string, init: object) => Promise<{ data?: unknown; response: Response }>;
  return send(path, init).then(unwrap);
}

/** For `useQuery`: `useQuery(query(api, "/api/v1/items/{id}", { params: { path: { id } } }))`. */
export function query<P extends PathsBy<"get">>(api: Client, path: P, ...[init]: Last<Init<"get", P>>) {
  return {
    queryKey: ["get", path, init ?? {}] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      call(api, "get", path, { ...init, signal }) as Promise<Data<"get", P>>,
    // The client has tried again already where that helps.
    retry: false as const,
  };
}

/** For `useInfiniteQuery`: the pages of a list. */
export function infinite<P extends PagedPath>(api: Client, path: P, ...[init]: Last<ListInit<P>>) {
  type Page = { items: ItemOf<P>[]; next_cursor: string | null };
  return {
    queryKey: ["get", path, init ?? {}, "pages"] as const,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | undefined }): Promise<Page> =>
      pageAt(api, path, { ...init, signal }, pageParam),
    // TanStack takes the type of a page's cursor from the first one.
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page) => last.next_cursor ?? undefined,
    retry: false as const,
  };
}

/** For `useMutation`: its variables are what the call takes. */
export function mutation<M extends Exclude<Method, "get">, P extends PathsBy<M>>(api: Client, method: M, path: P) {
  return {
    mutationKey: [method, path] as const,
    mutationFn: (init: Init<M, P>) => call(api, method, path, init) as Promise<Data<M, P>>,
    retry: false as const,
  };
}
