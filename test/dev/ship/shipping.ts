import { rm } from "node:fs/promises";
import { afterEach, beforeEach, inject } from "vitest";
import type { LocalDatabase } from "../../../dev/local/database.ts";
import { postgres } from "../../../dev/local/postgres.ts";
import { createDatabase, type ThrowawayDatabase } from "../../../dev/local/throwaway/database.ts";
import { type ShipOptions, ship } from "../../../dev/ship/ship.ts";
import { StandIn } from "./cloudflare.ts";
import { tinyProject } from "./project.ts";

/** Before each test a small project, an empty database and an account, and the means to ship. */
export function shipping() {
  let cloudflare: StandIn;
  let project: Awaited<ReturnType<typeof tinyProject>>;
  let created: ThrowawayDatabase;
  let database: LocalDatabase;
  let said: string[];

  /** Ships; answers all that was said, with the refusal at the end. */
  async function run(options: Partial<ShipOptions> = {}): Promise<string> {
    said = [];
    await ship({
      project: project.folder,
      env: "production",
      variables: { ...cloudflare.variables, DATABASE_URL: created.url },
      mayBeLocal: true,
      isDryRun: false,
      confirm: async () => true,
      accepted: [],
      steps: [],
      pause: 0,
      patience: 1,
      url: cloudflare.url,
      log: (line) => void said.push(line),
      check: async () => [],
      measure: async () => ({ bundle: { text: "", kilobytes: 100 }, start: 50 }),
      admin: inject("postgres"),
      ...options,
    }).catch((error: Error) => said.push(error.name === "CommandError" ? error.message : `${error.stack}`));
    return said.join("\n");
  }

  const query = async (text: string) => (await database.run({ query: text, params: [] })).rows;
  const isMigrated = async () => (await query("select to_regclass('public.things')"))[0]?.[0] !== null;

  beforeEach(async () => {
    [cloudflare, project, created] = await Promise.all([
      StandIn.open(),
      tinyProject(),
      createDatabase(inject("postgres")),
    ]);
    database = postgres(created.url);
    cloudflare.secrets = ["SECRET_KEY"];
  });
  afterEach(async () => {
    cloudflare.close();
    await database.close();
    await created.drop();
    await rm(project.folder, { recursive: true });
  });

  return {
    run,
    query,
    isMigrated,
    at: {
      get cloudflare() {
        return cloudflare;
      },
      get project() {
        return project;
      },
      get url() {
        return created.url;
      },
    },
  };
}
