import type { Client } from "./index.ts";
import type { paths } from "./schema.ts";
type Page<Item> = {
    items: Item[];
    next_cursor: string | null;
};
type AnswerOf<Path extends keyof paths> = paths[Path] extends {
    get: {
        responses: {
            200: {
                content: {
                    "application/json": infer Answer;
                };
            };
        };
    };
} ? Answer : never;
/** The paths that answer a list of pages. */
export type PagedPath = {
    [Path in keyof paths]: AnswerOf<Path> extends Page<unknown> ? Path : never;
}[keyof paths];
export type ItemOf<Path extends PagedPath> = AnswerOf<Path> extends Page<infer Item> ? Item : never;
/** The parameters of a list, without the cursor. */
export type ListInit<Path extends PagedPath> = {
    params?: Omit<ParametersOf<Path>, "query" | "header" | "cookie"> & {
        query?: Omit<QueryOf<Path>, "cursor">;
    };
    signal?: AbortSignal;
};
type ParametersOf<Path extends PagedPath> = paths[Path] extends {
    get: {
        parameters: infer Parameters;
    };
} ? Parameters : never;
type QueryOf<Path extends PagedPath> = ParametersOf<Path> extends {
    query?: infer Query;
} ? NonNullable<Query> : never;
/** One page of a list. Throws a `ProblemError`. */
export declare function pageAt<Path extends PagedPath>(api: Client, path: Path, init?: ListInit<Path>, cursor?: string): Promise<Page<ItemOf<Path>>>;
/** The rows of all pages of a list, each page read when it is needed: `for await (const item of pages(api, "…"))`. */
export declare function pages<Path extends PagedPath>(api: Client, path: Path, init?: ListInit<Path>): AsyncGenerator<ItemOf<Path>, void, undefined>;
export {};
