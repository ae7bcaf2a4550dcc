/** Options for TanStack Query, of any framework. Import it beside `@tanstack/react-query`, `vue-query`, … */
import type { FetchOptions } from "openapi-fetch";
import type { Client } from "./index.ts";
import { type ItemOf, type ListInit, type PagedPath } from "./pages.ts";
import type { paths } from "./schema.ts";
type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsBy<M extends Method> = {
    [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];
type Operation<M extends Method, P extends PathsBy<M>> = paths[P] extends Record<M, infer O> ? O : never;
type Init<M extends Method, P extends PathsBy<M>> = FetchOptions<Operation<M, P>>;
type Content<Answer> = Answer extends {
    content: {
        "application/json": infer Body;
    };
} ? Body : undefined;
type Data<M extends Method, P extends PathsBy<M>> = Operation<M, P> extends {
    responses: infer Answers;
} ? {
    [Status in keyof Answers & (200 | 201 | 202 | 204)]: Content<Answers[Status]>;
}[keyof Answers & (200 | 201 | 202 | 204)] : never;
/** For `useQuery`: `useQuery(query(api, "/api/v1/items/{id}", { params: { path: { id } } }))`. */
export declare function query<P extends PathsBy<"get">>(api: Client, path: P, init?: Init<"get", P>): {
    queryKey: readonly ["get", P, Init<"get", P>];
    queryFn: ({ signal }: {
        signal: AbortSignal;
    }) => Promise<Data<"get", P>>;
};
/** For `useInfiniteQuery`: the pages of a list. */
export declare function infinite<P extends PagedPath>(api: Client, path: P, init?: ListInit<P>): {
    queryKey: readonly ["get", P, ListInit<P>, "pages"];
    queryFn: ({ signal, pageParam }: {
        signal: AbortSignal;
        pageParam: string | undefined;
    }) => Promise<{
        items: ItemOf<P>[];
        next_cursor: string | null;
    }>;
    initialPageParam: string | undefined;
    getNextPageParam: (last: {
        items: ItemOf<P>[];
        next_cursor: string | null;
    }) => string | undefined;
};
/** For `useMutation`: its variables are what the call takes. */
export declare function mutation<M extends Exclude<Method, "get">, P extends PathsBy<M>>(api: Client, method: M, path: P): {
    mutationKey: readonly [M, P];
    mutationFn: (init: Init<M, P>) => Promise<Data<M, P>>;
};
export {};
