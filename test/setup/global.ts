import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
// wrangler.toml serves the folder that this makes, and does not start without it.
import "../../dev/build/assets.ts";
import { explained } from "../../dev/local/explained.ts";
import { serveNeon } from "../../dev/local/neon.ts";
import { postgres } from "../../dev/local/postgres.ts";
import { startPostgres, type ThrowawayPostgres } from "../../dev/local/throwaway/postgres.ts";
import { migrate } from "../../dev/migrations/migrate.ts";
import { makeWorkerRole, workerRole } from "../../dev/migrations/worker-role.ts";
import type { Shape } from "../../dev/shapes/parts.ts";
import { serveCut } from "./cut.ts";
import { unordered } from "./unordered.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The number of requests that test/house/fuzz.test.ts sends, and the seed of all chances of tests. */
    fuzz: { requests: number; seed: number };
    /** The number of cells that test/house/chaos.test.ts tries, and the seed of its choice. */
    chaos: { cells: number; seed: number };
    /** The variables of the app under test, on a runtime that has no wrangler.toml. */
    bindings: Record<string, string>;
    /** The shape of the API under test, where it is in parts. */
    shape: Shape;
    /** Connection string of a role that may create databases, on the tests' real PostgreSQL. */
    postgres: string;
    /** Connection string of a migrated database that tests copy and nobody connects to. */
    template: string;
    /** The URL of the local server of Neon's SQL over HTTP, for every database on that server, as the Worker's role. */
    neonEndpoint: string;
    /** The same, as the owner of the tables. */
    ownerEndpoint: string;
    /** The Worker's role, to which the copies of the template grant what it needs. */
    workerRole: string;
    /** The same, but every connection is cut in the middle of the answer. */
    cutEndpoint: string;
  }
}

/** The number of contenders in the largest race among the tests, so that all meet in Postgres. */
const connections = 60;

/** Starts what every test shares and returns its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  // The commands that tests start share what they compile; the folder goes with the run.
  process.env.NODE_COMPILE_CACHE = join(tmpdir(), "compiled");
  await migrateTemplate(server);
  const role = workerRole(new URL(server.database).pathname.slice(1));
  const backend = postgres(server.postgres, { connections, role });
  const neon = await serveNeon(unordered(backend), { chaos: true });
  const ownersBackend = postgres(server.postgres, { connections });
  const ownersNeon = await serveNeon(unordered(ownersBackend));
  const cut = await serveCut(neon.url);
  project.provide("postgres", server.postgres);
  project.provide("template", server.database);
  project.provide("neonEndpoint", neon.url);
  project.provide("workerRole", role);
  project.provide("ownerEndpoint", ownersNeon.url);
  project.provide("cutEndpoint", cut.url);
  return async () => {
    await cut.close();
    await neon.close();
    await backend.close();
    await ownersNeon.close();
    await ownersBackend.close();
    await server.stop();
  };
}

async function migrateTemplate({ database, stop }: ThrowawayPostgres): Promise<void> {
  const backend = postgres(database);
  try {
    await migrate(backend);
    await makeWorkerRole(backend);
  } catch (error) {
    await stop();
    // The runner's own report omits the reason.
    console.error(explained(error, "of the tests"));
    throw error;
  } finally {
    await backend.close();
  }
}
