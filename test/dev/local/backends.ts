import { neon, neonConfig } from "@neondatabase/serverless";
import { inject } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { type NeonEndpoint, serveNeon } from "../../../dev/local/neon.ts";
import { pglite } from "../../../dev/local/pglite.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase } from "../../../dev/local/throwaway/database.ts";

/** A database behind the local endpoint, and the real driver in front of it. */
export type Served = {
  database: LocalDatabase;
  endpoint: NeonEndpoint;
  sql: ReturnType<typeof neon<false, true>>;
  close(): Promise<void>;
};

/** What the endpoint can stand in front of: each starts empty. */
export const backends = [
  { name: "PGlite", open: async () => ({ database: await pglite(), drop: async () => {} }) },
  {
    name: "PostgreSQL",
    open: async () => {
      const { url, drop } = await createDatabase(inject("postgres"));
      return { database: postgres(url), drop };
    },
  },
];

export async function serve({ open }: (typeof backends)[number]): Promise<Served> {
  const { database, drop } = await open();
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
