import { unwrap } from "./problems.js";
/** One page of a list. Throws a `ProblemError`. */
export async function pageAt(api, path, init = {}, cursor) {
    const query = { ...init.params?.query, ...(cursor !== undefined && { cursor }) };
    // The type of openapi-fetch's parameters cannot be followed through a path that is not known yet.
    const get = api.GET;
    return unwrap(await get(path, { ...init, params: { ...init.params, query } }));
}
/** The rows of all pages of a list, each page read when it is needed: `for await (const item of pages(api, "…"))`. */
export async function* pages(api, path, init) {
    let cursor;
    do {
        const page = await pageAt(api, path, init, cursor);
        yield* page.items;
        cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
}
