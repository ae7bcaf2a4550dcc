/** The statements that a connection prepares, at most: PostgreSQL keeps the plan of each in its memory. */
const mostPrepared = 150;
/** The call of a text that gives it a name, since many never come again. */
const callsBefore = 3;
/** The texts whose calls are counted, at most. */
const mostCounted = 1_000;

/**
 * Names for the first texts that come three times: each connection has PostgreSQL parse and plan these once. A name is
 * kept until `renew`, however seldom its text still comes.
 */
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
    /** Rises with each `renew`: a connection from before it still holds the earlier statements. */
    get generation(): number {
      return generation;
    },
    /** Forgets all names, after a change of the schema that made the plans of connections invalid. */
    renew(): void {
      generation += 1;
      names.clear();
    },
  };
}
