import { type Problem, ProblemError } from "@plinth/client";

/** The problem that the API answered, if it was one. */
export function problemOf(error: unknown): Problem | undefined {
  return error instanceof ProblemError ? error.problem : undefined;
}

/** The sentence for a person who can do something about it. */
export function sentenceOf(error: unknown): string {
  const problem = problemOf(error);
  if (problem?.code === "validation_failed") return "Please look at the fields that are marked.";
  if (problem && problem.status >= 500) {
    return `Something went wrong on our side. Try again in a moment; if it stays, quote ${problem.request_id}.`;
  }
  if (problem) return problem.detail ?? problem.title;
  // `fetch` throws it without a connection.
  if (error instanceof TypeError) return "The server cannot be reached. Check your connection, and try again.";
  return error instanceof Error ? error.message : String(error);
}

/** Says at once what went wrong. */
export function Failure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p className="note bad" role="alert">
      {sentenceOf(error)}
    </p>
  );
}
