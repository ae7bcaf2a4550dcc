import { randomBytes } from "node:crypto";
import { connect, type Database } from "../../src/db/client.ts";
import type { LocalDatabase } from "./database.ts";
import { serveNeon } from "./neon.ts";

/** Gives `work` the Worker's own client of this database. */
export async function withClient<T>(database: LocalDatabase, work: (db: Database) => Promise<T>): Promise<T> {
  const endpoint = await serveNeon(database, { password: randomBytes(18).toString("base64url") });
  try {
    const { connectionString: DATABASE_URL, url: NEON_FETCH_ENDPOINT } = endpoint;
    return await work(connect({ DATABASE_URL, NEON_FETCH_ENDPOINT, DATABASE_TIMEOUT_MS: 30_000 }));
  } finally {
    await endpoint.close();
  }
}
