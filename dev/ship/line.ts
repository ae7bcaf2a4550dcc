/** One thing that was looked at before a deploy. Unknown is what cannot be known from here, and is never taken for good. */
export type CheckLine = { name: string; verdict: "go" | "no-go" | "unknown"; says: string };

export const go = (name: string, says: string): CheckLine => ({ name, verdict: "go", says });
export const noGo = (name: string, says: string): CheckLine => ({ name, verdict: "no-go", says });
export const unknown = (name: string, says: string): CheckLine => ({ name, verdict: "unknown", says });

/** One line for each fault, or one that says that all is well. */
export function checkLines(name: string, faults: readonly string[], well: string): CheckLine[] {
  return faults.length === 0 ? [go(name, well)] : faults.map((fault) => noGo(name, fault));
}

/** The lines as a table for people. */
export function printed(lines: readonly CheckLine[]): string {
  const width = Math.max(...lines.map(({ name }) => name.length));
  return lines.map(({ name, verdict, says }) => `  ${verdict.padEnd(7)}  ${name.padEnd(width)}  ${says}`).join("\n");
}
