/** The statements that a connection prepares, at most: PostgreSQL keeps the plan of each in its memory. */
const mostPrepared = 150;
/** The calls after which a statement is prepared, since many never come again, and the texts that are counted. */
const callsBefore = 3;
const mostCounted = 1_000;

/** Names for the statements that come often: each connection has PostgreSQL parse and plan these once. */
export function statementNames() {
  const names = new Map<string, string>();
  const calls = new Map<string, number>();
  let generation = 0;
  return {
    /** `undefined` for a statement that is not worth it. */
    of(text: string): string | undefined {
      const known = names.get(text);
      if (known !== undefined || names.size >= mostPrepared) return known;
      const count = (calls.get(text) ?? 0) + 1;
      calls.delete(text);
      if (count < callsBefore) {
        calls.set(text, count);
        for (const oldest of calls.keys()) {
          if (calls.size <= mostCounted) break;
          calls.delete(oldest);
        }
        return undefined;
      }
      const name = `plinth_${generation}_${names.size}`;
      names.set(text, name);
      return name;
    },
    /** Gives all of them other names, as the connections have plans that hold no more. */
    renew(): void {
      generation += 1;
      names.clear();
    },
  };
}
