import { neon, neonConfig, types } from "@neondatabase/serverless";
import { parsePgArray } from "drizzle-orm/pg-core/utils/array";
import type { Settings } from "../settings.ts";
import { type Driver, databaseOver } from "./drizzle.ts";
import { toRfc3339 } from "./time.ts";
import { type CallOptions, call, type RoundTrips } from "./wire.ts";

export type Database = ReturnType<typeof databaseOver>;

/** The settings of a connection. */
export type ConnectionSettings = Pick<Settings, "DATABASE_URL" | "NEON_FETCH_ENDPOINT" | "DATABASE_TIMEOUT_MS">;

// The driver has one configuration per isolate; the values of each client travel with its options.
neonConfig.fetchFunction = call;

// Parses `timestamptz` and its array for SQL by hand, whose values no column of the schema converts.
types.setTypeParser(1184, toRfc3339);
types.setTypeParser(1185, (text) => timesOf(parsePgArray(text)));

/**
 * Opens the database for one request, sending nothing yet. Each statement or batch is one HTTP request, counted in
 * `trips`, with its answer due within `DATABASE_TIMEOUT_MS`.
 */
export function connect(settings: ConnectionSettings, trips: RoundTrips = { count: 0, milliseconds: 0 }): Database {
  const { NEON_FETCH_ENDPOINT: endpoint, DATABASE_TIMEOUT_MS: timeout } = settings;
  return databaseOver(driverWith(driverOf(settings), { trips, timeout, endpoint }));
}

const drivers = new WeakMap<ConnectionSettings, Driver>();

/** The driver of these settings, which parses their connection string once per isolate. */
function driverOf(settings: ConnectionSettings): Driver {
  const known = drivers.get(settings);
  if (known) return known;
  const driver = neon(settings.DATABASE_URL);
  drivers.set(settings, driver);
  return driver;
}

/** A driver whose calls have options of their own. */
function driverWith(driver: Driver, fetchOptions: CallOptions): Driver {
  const own: Pick<Driver, "query" | "transaction"> = {
    query: (text, params, options) => driver.query(text, params, { ...options, fetchOptions }),
    transaction: (queries, options) => driver.transaction(queries, { ...options, fetchOptions }),
  };
  // drizzle calls no driver as a template.
  return own as Driver;
}

/** Keeps null, which drizzle's own parser turns into text. */
function timesOf(list: unknown[]): unknown[] {
  return list.map((one) => (Array.isArray(one) ? timesOf(one) : one === "NULL" ? null : toRfc3339(String(one))));
}
