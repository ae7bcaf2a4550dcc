/** Keeps failures of the local database for the log of `npm run dev`; the Worker itself never logs SQL. */

import { isPostgresError, type LocalDatabase, type PostgresError, type SqlStatement } from "./database.ts";
import { watched } from "./tunnel-faults.ts";

export type SqlFault = {
  message: string;
  hint: string | undefined;
  query: string;
  /** The position of its statement in the transaction, from 1; the commit comes after the last. */
  place: number;
  of: number;
  /** The shape of each parameter, never its value. */
  parameters: string[];
};

/** A bound: most errors of Postgres become answers such as 409, and are never read. */
const maxKept = 100;

export class SqlFaults {
  readonly #faults = new Map<string, SqlFault>();
  #count = 0;

  /** This database, with every error marked: its `routine`, which the Worker logs, is the name under which it is kept. */
  of(database: LocalDatabase): LocalDatabase {
    return {
      ...database,
      run: (statement, ...given) => database.run(statement, ...given).catch((error) => this.#keep(error, [statement])),
      transaction: (statements, ...given) =>
        database.transaction(statements, ...given).catch((error) => this.#keep(error, statements)),
      tunnel: async (name) =>
        watched(await database.tunnel(name), (error, statement, place) =>
          this.#named(error, { ...describe(error, [statement]), place, of: place }),
        ),
    };
  }

  /** Removes and returns the fault with this name. */
  take(name: unknown): SqlFault | undefined {
    const fault = this.#faults.get(String(name));
    this.#faults.delete(String(name));
    return fault;
  }

  #keep(error: unknown, statements: SqlStatement[]): never {
    if (!isPostgresError(error)) throw error;
    throw Object.assign(error, { routine: this.#named(error, describe(error, statements)) });
  }

  /** Keeps a fault and answers its name. */
  #named({ routine = "" }: PostgresError, fault: SqlFault): string {
    const name = `${routine}#${++this.#count}`;
    this.#faults.set(name, fault);
    for (const oldest of this.#faults.keys()) {
      if (this.#faults.size <= maxKept) break;
      this.#faults.delete(oldest);
    }
    return name;
  }
}

function describe({ message, hint, place = 0 }: PostgresError, statements: SqlStatement[]): SqlFault {
  const { query, params } = statements[place] ?? { query: "commit", params: [] };
  return { message, hint, query, place: place + 1, of: statements.length, parameters: params.map(lookOf) };
}

const looks: [RegExp, string][] = [
  [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "uuid"],
  [/^-?\d+$/, "integer"],
  [/^-?\d*\.?\d+(e[-+]?\d+)?$/i, "number"],
  [/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d\S*)?$/, "time"],
  [/^(true|false|t|f)$/, "boolean"],
  [/^(\{"[^"]*":|\[)/, "json"],
  [/^\{/, "array"],
];

function lookOf(value: string | null): string {
  if (value === null) return "null";
  return looks.find(([pattern]) => pattern.test(value))?.[1] ?? `text of ${[...value].length} characters`;
}
