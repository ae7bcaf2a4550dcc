import { unwrap } from "@plinth/client";
import { api } from "../api.ts";

export const formats = {
  csv: { label: "CSV, for spreadsheets", type: "text/csv", file: "items.csv" },
  ndjson: { label: "NDJSON, for programs", type: "application/x-ndjson", file: "items.ndjson" },
} as const;
export type Format = keyof typeof formats;

export async function countItems(signal: AbortSignal): Promise<number> {
  const params = { query: { limit: 1, include: ["total" as const] } };
  return unwrap(await api.GET("/api/v1/items", { params, signal })).total ?? 0;
}

/** Reads the export as it comes, and tells how many items have come. Throws if the transfer breaks off. */
export async function downloadItems(
  format: Format,
  signal: AbortSignal,
  onProgress: (items: number) => void,
): Promise<Blob> {
  const { type } = formats[format];
  const headers = { Accept: type };
  const stream = unwrap(await api.GET("/api/v1/items/export", { headers, parseAs: "stream", signal }));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const count = rowCounter(format);
  for await (const chunk of stream as ReadableStream<Uint8Array<ArrayBuffer>>) {
    chunks.push(chunk);
    onProgress(count(chunk));
  }
  return new Blob(chunks, { type });
}

const [newline, quote] = [0x0a, 0x22];

/** Counts the rows so far. In CSV the first line is the header, and a line break between quotes ends no row. */
function rowCounter(format: Format): (chunk: Uint8Array) => number {
  let rows = format === "csv" ? -1 : 0;
  let isQuoted = false;
  return (chunk) => {
    for (const byte of chunk) {
      if (byte === quote && format === "csv") isQuoted = !isQuoted;
      if (byte === newline && !isQuoted) rows += 1;
    }
    return Math.max(rows, 0);
  };
}
