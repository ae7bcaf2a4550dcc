import { bundleBudget, startBudget } from "../ship/budgets.ts";
import { leastStart, measureStartOf } from "../ship/measure.ts";
import type { Wrangler } from "../ship/wrangler.ts";
import { textTable } from "../terminal.ts";
import type { BuiltWorker } from "./build.ts";

/** A line of the table. `start` is in milliseconds of CPU; undefined where nobody has measured it. */
export type TableRow = Pick<BuiltWorker, "name" | "endpoints" | "kilobytes"> & { start: number | undefined };

/** Measures the start-up of the base, the router, and the largest of the others, of so many Workers together. */
export async function measured(built: readonly BuiltWorker[], wrangler: Wrangler, count: number): Promise<TableRow[]> {
  const isFirst = ({ part }: BuiltWorker) => part === "base" || part === "router";
  const order = built.toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)) || b.kilobytes - a.kilobytes);
  const starts = new Map<string, number | undefined>();
  // One after another: two at once would slow each other.
  for (const { name, folder } of order.slice(0, count)) {
    starts.set(name, await leastStart(() => measureStartOf(wrangler, `--config=${folder}/wrangler.json`)));
  }
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
