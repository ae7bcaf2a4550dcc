import { type NeonQueryFunction, neon, neonConfig } from "@neondatabase/serverless";
import { drizzle, type NeonHttpDatabase } from "drizzle-orm/neon-http";
import type { Settings } from "../settings.ts";
import { type CallOptions, call, type RoundTrips } from "./wire.ts";

export type Database = NeonHttpDatabase<Record<string, never>> & { $client: NeonQueryFunction<false, false> };

/** The settings of a connection. */
export type ConnectionSettings = Pick<Settings, "DATABASE_URL" | "NEON_FETCH_ENDPOINT" | "DATABASE_TIMEOUT_MS">;

// The driver has one configuration per isolate: each client's own values travel with its options.
neonConfig.fetchFunction = call;

/**
 * Opens the database for one request. Each statement or batch is one HTTP request, counted in `trips`, and must be
 * answered completely within `DATABASE_TIMEOUT_MS`. Nothing is sent until a query runs.
 */
export function connect(settings: ConnectionSettings, trips: RoundTrips = { count: 0, milliseconds: 0 }): Database {
  const { DATABASE_URL, NEON_FETCH_ENDPOINT: endpoint, DATABASE_TIMEOUT_MS: timeout } = settings;
  const client = neon(DATABASE_URL, { fetchOptions: { trips, timeout, endpoint } satisfies CallOptions });
  return drizzle(client, { schema: {} });
}
