import { neon, neonConfig } from "@neondatabase/serverless";
import { inject } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { type NeonEndpoint, serveNeon } from "../../../dev/local/neon.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase } from "../../../dev/local/throwaway/database.ts";

/** A database behind the local endpoint, and the real driver in front of it. */
export type Served = {
  database: LocalDatabase;
  endpoint: NeonEndpoint;
  sql: ReturnType<typeof neon<false, true>>;
  close(): Promise<void>;
};

/** Serves an empty database. */
export async function serve(): Promise<Served> {
  const { url, drop } = await createDatabase(inject("postgres"));
  const database = postgres(url);
  const endpoint = await serveNeon(database, { password: "p@ss word" });
  neonConfig.fetchEndpoint = endpoint.url;
  return {
    database,
    endpoint,
    sql: neon(endpoint.connectionString, { fullResults: true }),
    async close() {
      await endpoint.close();
      await database.close();
      await drop();
    },
  };
}
