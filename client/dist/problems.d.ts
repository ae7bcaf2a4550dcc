import type { components } from "./schema.ts";
/** An error of the API (RFC 9457). */
export type Problem = components["schemas"]["Problem"];
/** What is wrong with one field. */
export type FieldError = NonNullable<Problem["errors"]>[number];
type Result<Data, Error> = {
    data?: Data;
    error?: Error;
    response: Response;
};
/** A problem that was thrown. `problem.code` is one of the operation's. */
export declare class ProblemError<Kind = Problem> extends Error {
    readonly name = "ProblemError";
    readonly problem: Kind;
    readonly response: Response;
    constructor(problem: Kind, response: Response);
}
/** The data of an answer. Throws a {@link ProblemError} for an error, which suits promises and query libraries. */
export declare function unwrap<Data, Error>({ data, error, response }: Result<Data, Error>): Data;
/**
 * The errors by form field, the path within the body joined by dots: `{ username: [{ type: "username_taken", … }] }`.
 * Those that belong to no field are under the empty name.
 */
export declare function fieldErrors(problem: Pick<Problem, "errors"> | undefined): Record<string, FieldError[]>;
export {};
