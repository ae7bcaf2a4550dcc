import { type Problem, ProblemError } from "@plinth/client";
import { Button } from "./button.tsx";

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

/** A query that can be read again. */
export type Reread = { refetch: () => Promise<unknown>; isFetching: boolean };

/** Says at once what went wrong, and with `again` offers to read once more. */
export function Failure({ error, again }: { error: unknown; again?: Reread }) {
  if (error === null || error === undefined) return null;
  const said = (
    <p className="note bad" role="alert">
      {sentenceOf(error)}
    </p>
  );
  if (!again) return said;
  return (
    <>
      {said}
      <p>
        <Button isPending={again.isFetching} onPress={() => void again.refetch()}>
          Try again
        </Button>
      </p>
    </>
  );
}

/** True if the server's answer would be the same once more: neither a lost connection nor a busy server. */
export function isFinal(error: unknown): boolean {
  const { status = 0 } = problemOf(error) ?? {};
  return status >= 400 && status < 500 && status !== 429;
}
