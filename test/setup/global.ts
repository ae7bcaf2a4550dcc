import type { TestProject } from "vitest/node";
import { migrate } from "../../dev/migrate.ts";
import { serveNeon } from "../../dev/neon.ts";
import { openPostgres } from "../../dev/postgres.ts";
import { startPostgres } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Connection string of a role that may create databases, on the tests' real PostgreSQL. */
    postgres: string;
    /** Connection string of the migrated database, to be spoken to through `neonEndpoint`. */
    database: string;
    /** Where the local server speaks Neon's SQL over HTTP. */
    neonEndpoint: string;
  }
}

/** Starts what every test shares and returns its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  try {
    const neon = await serveNeon(openPostgres(postgres.database));
    await migrate(neon);
    project.provide("postgres", postgres.postgres);
    project.provide("database", postgres.database);
    project.provide("neonEndpoint", neon.url);
    return async () => {
      await neon.close();
      await postgres.stop();
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
