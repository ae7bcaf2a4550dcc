import type { ResponseHeader } from "./headers.ts";

/** The days, such as `2026-11-30`, on which an endpoint was deprecated and after which it may be gone, in UTC. */
export type Deprecated = { since: string; sunset?: string };

/** `Deprecation` (RFC 9745, a structured date) and `Sunset` (RFC 8594, an HTTP date). */
export function deprecationHeaders({ since, sunset }: Deprecated): [ResponseHeader, string][] {
  const deprecation: [ResponseHeader, string] = ["Deprecation", `@${Date.parse(since) / 1_000}`];
  return sunset === undefined ? [deprecation] : [deprecation, ["Sunset", new Date(sunset).toUTCString()]];
}

/** True for a day of the calendar: `2026-02-30` is not one. */
export function isDay(text: string): boolean {
  const time = Date.parse(text);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
