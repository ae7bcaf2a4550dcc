import { bundleBudget, startBudget } from "../ship/budgets.ts";
import type { MeasuredStart } from "../ship/measure.ts";
import { counted, type Telling, textTable } from "../terminal.ts";
import type { BuiltWorker } from "./build.ts";
import { measureStarts } from "./starts.ts";

/** A line of the table. */
export type TableRow = Pick<BuiltWorker, "name" | "endpoints" | "kilobytes"> & { start: MeasuredStart };

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
  const isOver = (start: MeasuredStart) => typeof start === "number" && start > startBudget;
  const over = rows.filter(({ kilobytes, start }) => kilobytes > bundleBudget || isOver(start));
  const lines = rows.map(({ name, endpoints, kilobytes, start }) => [
    name,
    String(endpoints),
    `${kilobytes.toFixed(1)} kB`,
    typeof start === "number" ? `${start.toFixed(0)} ms` : start ? "fails" : "–",
  ]);
  const budget = ["budget of each", "", `${bundleBudget} kB`, `${startBudget} ms`];
  const told = textTable(["Worker", "endpoints", "bundle", "start-up"], [...lines, budget]);
  return over.length > 0 ? `${told}\nOver budget: ${over.map(({ name }) => name).join(", ")}.` : told;
}
