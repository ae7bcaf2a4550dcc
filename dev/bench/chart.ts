/** Prints the figures of `npm run bench`, as text and as a page. */
import { textTable } from "../terminal.ts";

/** One kind of request under load. */
export type ChartRow = {
  name: string;
  status: number;
  perSecond: number;
  /** Milliseconds until the answer was there, with all connections busy. */
  median: number;
  p99: number;
  /** Microseconds of the runtime's CPU for each request; undefined where the system does not tell. */
  cpu: number | undefined;
  /** The same of PostgreSQL's. */
  databaseCpu: number | undefined;
  /** The same request to a Worker of the same libraries without any duties; undefined where it has no such request. */
  bare?: Pick<ChartRow, "cpu" | "databaseCpu">;
  roundTrips: number;
  /** Of the whole answer, headers included. */
  bytes: number;
};

const heads = [
  ...["request", "status", "requests/s", "median ms", "p99 ms"],
  ...["CPU µs", "× bare", "database µs", "× bare", "round trips", "bytes"],
];

export function benchTable(measured: readonly ChartRow[]): string {
  return textTable(heads, measured.map(cells));
}

/** A page that needs nothing but itself: a bar for each request, and the table. */
export function benchPage(measured: readonly ChartRow[], notes: readonly string[]): string {
  const body = measured.map(
    (row) =>
      `<tr>${cells(row)
        .map((cell, at) => (at ? td(cell) : th(cell)))
        .join("")}</tr>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Plinth: requests per second</title>
<style>${style}</style>
<main>
<h1>Requests per second</h1>
<p>Longer is better. After each bar: the CPU of the runtime for one request.</p>
${chart(measured)}
<table>
<thead><tr>${heads.map((head) => `<th scope="col">${escaped(head)}</th>`).join("")}</tr></thead>
<tbody>${body.join("\n")}</tbody>
</table>
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join("\n")}
</main>
</html>
`;
}

function chart(measured: readonly ChartRow[]): string {
  const [labels, width, line, bar] = [230, 900, 36, 20];
  const most = Math.max(1, ...measured.map(({ perSecond }) => perSecond));
  const bars = measured.map(({ name, perSecond, cpu, roundTrips }, at) => {
    const top = at * line + (line - bar) / 2;
    const length = (perSecond / most) * (width - labels - 190);
    const middle = top + bar / 2;
    const value = [whole(perSecond), cpu === undefined ? "" : ` · ${whole(cpu)} µs`].join("");
    return `<text class="name" x="${labels - 12}" y="${middle}">${escaped(name)}</text>
<rect class="${roundTrips > 0 ? "database" : "alone"}" x="${labels}" y="${top}" width="${length.toFixed(1)}" height="${bar}" rx="3"/>
<text class="value" x="${(labels + length + 8).toFixed(1)}" y="${middle}">${value}</text>`;
  });
  const height = measured.length * line;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Requests per second, one bar for each kind of request">
${bars.join("\n")}
</svg>
<p class="legend"><span class="alone"></span> without the database <span class="database"></span> with a round trip to it</p>`;
}

function cells(row: ChartRow): string[] {
  const { name, status, perSecond, median, p99, cpu, databaseCpu, bare, roundTrips, bytes } = row;
  const times = [whole(perSecond), median.toFixed(1), p99.toFixed(1)];
  const costs = [spent(cpu), ratio(cpu, bare?.cpu), spent(databaseCpu), ratio(databaseCpu, bare?.databaseCpu)];
  return [name, `${status}`, ...times, ...costs, `${roundTrips}`, whole(bytes)];
}

function spent(microseconds: number | undefined): string {
  return microseconds === undefined ? "–" : whole(microseconds);
}

function ratio(figure: number | undefined, bare: number | undefined): string {
  return figure === undefined || !bare ? "–" : (figure / bare).toFixed(2);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function th(text: string): string {
  return `<th scope="row">${escaped(text)}</th>`;
}

function td(text: string): string {
  return `<td>${escaped(text)}</td>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const style = `
:root { --paper: #fbfaf8; --ink: #1d1f24; --quiet: #62666f; --line: #e2dfd9; --alone: #b08948; --database: #2f6f8f; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17191d; --ink: #e9e7e3; --quiet: #9a9ea8; --line: #2e3138; --alone: #d2a95f; --database: #5fa9cb; }
}
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem; }
h1 { font-size: 1.7rem; font-weight: 600; margin: 0; }
p { color: var(--quiet); margin: 0.3rem 0 1.5rem; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font-size: 15px; dominant-baseline: central; }
svg .name { text-anchor: end; }
svg .value { fill: var(--quiet); font-variant-numeric: tabular-nums; }
rect.alone { fill: var(--alone); }
rect.database { fill: var(--database); }
.legend { display: flex; align-items: center; gap: 0.5rem; margin: 1rem 0 2.5rem; font-size: 0.9rem; }
.legend span { width: 0.9rem; height: 0.9rem; border-radius: 3px; }
.legend span + span, .legend .database { margin-left: 1rem; }
.legend .alone { background: var(--alone); }
.legend .database { background: var(--database); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.45rem 0.6rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400; }
th:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--quiet); font-size: 0.8rem; }
.note { font-size: 0.85rem; margin: 1rem 0 0; }
`;
