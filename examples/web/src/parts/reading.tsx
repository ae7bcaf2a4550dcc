import { Failure, type Reread } from "./problem.tsx";

/** Says that something is being read, or what went wrong, with a button to try again. */
export function Reading({ query }: { query: Reread & { error: unknown; isPending: boolean } }) {
  if (query.error) return <Failure error={query.error} again={query} />;
  return query.isPending ? (
    <p className="faint loading" role="status">
      Loading…
    </p>
  ) : null;
}
