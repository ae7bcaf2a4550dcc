import { bundleBudget, startBudget } from "../ship/budgets.ts";
import { counted, type Telling, textTable } from "../terminal.ts";
import type { BuiltWorker } from "./build.ts";
import { measureStarts } from "./starts.ts";

/** A line of the table. `start` is in milliseconds of CPU; undefined where nobody has measured it. */
export type TableRow = Pick<BuiltWorker, "name" | "endpoints" | "kilobytes"> & { start: number | undefined };

/** Measures the start-up of the base, the router, and the largest of the others, of so many Workers together. */
export async function measured(built: readonly BuiltWorker[], count: number, tell?: Telling): Promise<TableRow[]> {
  const isFirst = ({ part }: BuiltWorker) => part === "base" || part === "router";
  const order = built.toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)) || b.kilobytes - a.kilobytes);
  const some = order.slice(0, count);
  tell?.say(`Starting a runtime for ${counted(some.length, "Worker")}`);
  const starts = await measureStarts(some, (done) => tell?.count("Measured the start-up of", done, some.length));
  return built.map(({ name, endpoints, kilobytes }) => ({ name, endpoints, kilobytes, start: starts.get(name) }));
}

/** The sizes and start-ups for people, beside their budgets. */
export function tableOf(rows: readonly TableRow[]): string {
  const over = rows.filter(({ kilobytes, start = 0 }) => kilobytes > bundleBudget || start > startBudget);
  const lines = rows.map(({ name, endpoints, kilobytes, start }) => [
    name,
    String(endpoints),
    `${kilobytes.toFixed(1)} kB`,
    start === undefined ? "–" : `${start.toFixed(0)} ms`,
  ]);
  const budget = ["budget of each", "", `${bundleBudget} kB`, `${startBudget} ms`];
  const told = textTable(["Worker", "endpoints", "bundle", "start-up"], [...lines, budget]);
  return over.length > 0 ? `${told}\nOver budget: ${over.map(({ name }) => name).join(", ")}.` : told;
}
