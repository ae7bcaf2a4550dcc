import { neon, neonConfig } from "@neondatabase/serverless";
import { drizzle, type NeonHttpDatabase } from "drizzle-orm/neon-http";
import type { Settings } from "../settings.ts";

export type Database = NeonHttpDatabase<Record<string, never>>;

/** What it takes to reach the database. */
export type ConnectionSettings = Pick<Settings, "DATABASE_URL" | "NEON_FETCH_ENDPOINT" | "DATABASE_TIMEOUT_MS">;

/** What one request has spent on the database so far. */
export type RoundTrips = { count: number; milliseconds: number };

type ClientOptions = { trips: RoundTrips; timeout: number; endpoint: string | undefined };

// The driver takes one fetch for the whole isolate but options for each client: what is a client's travels with those.
neonConfig.fetchFunction = countedFetch;

/**
 * Opens the database for one request. Nothing is sent until a query runs: each statement or batch is one HTTP request,
 * counted in `trips` and given up after `DATABASE_TIMEOUT_MS`, its answer included.
 */
export function connect(settings: ConnectionSettings, trips: RoundTrips = { count: 0, milliseconds: 0 }): Database {
  const { DATABASE_URL, NEON_FETCH_ENDPOINT: endpoint, DATABASE_TIMEOUT_MS: timeout } = settings;
  const client = neon(DATABASE_URL, { fetchOptions: { trips, timeout, endpoint } satisfies ClientOptions });
  return drizzle(client, { schema: {} });
}

async function countedFetch(url: string, init: RequestInit & ClientOptions): Promise<Response> {
  const { trips, timeout, endpoint = url, ...rest } = init;
  const started = Date.now();
  const deadline = startDeadline(timeout);
  trips.count += 1;
  try {
    const response = await fetch(endpoint, { ...rest, signal: deadline.signal });
    return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
  } finally {
    deadline.clear();
    trips.milliseconds += Date.now() - started;
  }
}

/**
 * In two halves: an isolate that was busy is late for the first, and only a database that is still silent after the
 * second is given up. With one timer, a stalled isolate would blame answers that it has not had time to read.
 */
function startDeadline(milliseconds: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  let timer = setTimeout(() => {
    timer = setTimeout(() => controller.abort(), milliseconds / 2);
  }, milliseconds / 2);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
