/** A problem that was thrown. `problem.code` is one of the operation's. */
export class ProblemError extends Error {
    name = "ProblemError";
    problem;
    response;
    constructor(problem, response) {
        super(detailOf(problem) ?? `The server answered ${response.status}.`);
        this.problem = problem;
        this.response = response;
    }
}
function detailOf(problem) {
    return typeof problem === "object" && problem !== null && "detail" in problem ? String(problem.detail) : undefined;
}
/** The data of an answer. Throws a {@link ProblemError} for an error, which suits promises and query libraries. */
export function unwrap({ data, error, response }) {
    if (!response.ok)
        throw new ProblemError(error, response);
    // An answer without a body has no data, and its type says so.
    return data;
}
/**
 * The errors by form field, the path within the body joined by dots: `{ username: [{ type: "username_taken", … }] }`.
 * Those that belong to no field are under the empty name.
 */
export function fieldErrors(problem) {
    const byField = {};
    for (const error of problem?.errors ?? []) {
        const [part, ...path] = error.loc;
        const field = part === "body" ? path.join(".") : "";
        byField[field] = [...(byField[field] ?? []), error];
    }
    return byField;
}
