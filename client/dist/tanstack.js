import { pageAt } from "./pages.js";
import { unwrap } from "./problems.js";
/** A call whose types were settled above, and which openapi-fetch's own types cannot follow. */
function call(api, method, path, init) {
    const verb = method.toUpperCase();
    const send = api[verb];
    return send(path, init).then(unwrap);
}
/** For `useQuery`: `useQuery(query(api, "/api/v1/items/{id}", { params: { path: { id } } }))`. */
export function query(api, path, init = {}) {
    return {
        queryKey: ["get", path, init],
        queryFn: ({ signal }) => call(api, "get", path, { ...init, signal }),
    };
}
/** For `useInfiniteQuery`: the pages of a list. */
export function infinite(api, path, init = {}) {
    return {
        queryKey: ["get", path, init, "pages"],
        queryFn: ({ signal, pageParam }) => pageAt(api, path, { ...init, signal }, pageParam),
        // TanStack takes the type of a page's cursor from the first one.
        initialPageParam: undefined,
        getNextPageParam: (last) => last.next_cursor ?? undefined,
    };
}
/** For `useMutation`: its variables are what the call takes. */
export function mutation(api, method, path) {
    return {
        mutationKey: [method, path],
        mutationFn: (init) => call(api, method, path, init),
    };
}
