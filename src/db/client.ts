import { neon, neonConfig } from "@neondatabase/serverless";
import { drizzle, type NeonHttpDatabase } from "drizzle-orm/neon-http";
import type { Settings } from "../settings.ts";

export type Database = NeonHttpDatabase<Record<string, never>>;

/** What one request has spent on the database so far. */
export type RoundTrips = { count: number; milliseconds: number };

// The driver takes one fetch for the whole isolate but options for each client: the counter travels with those.
neonConfig.fetchFunction = countedFetch;

/**
 * Opens the database for one request. Nothing is sent until a query runs: each statement or batch is one HTTP request,
 * counted in `trips` and given up after `DATABASE_TIMEOUT_MS`.
 */
export function connect(settings: Settings, trips: RoundTrips = { count: 0, milliseconds: 0 }): Database {
  if (settings.NEON_FETCH_ENDPOINT) neonConfig.fetchEndpoint = settings.NEON_FETCH_ENDPOINT;
  const client = neon(settings.DATABASE_URL, { fetchOptions: { trips, timeout: settings.DATABASE_TIMEOUT_MS } });
  return drizzle(client, { schema: {} });
}

async function countedFetch(url: string, init: RequestInit & { trips: RoundTrips; timeout: number }): Promise<Response> {
  const { trips, timeout, ...rest } = init;
  const started = Date.now();
  trips.count += 1;
  try {
    return await fetch(url, { ...rest, signal: AbortSignal.timeout(timeout) });
  } finally {
    trips.milliseconds += Date.now() - started;
  }
}
