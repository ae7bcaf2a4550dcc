import { configurationOf } from "../../context/bindings.ts";
import { type Bindings, type Setting, SettingsError, settingsTable } from "../../settings.ts";
import type { alarmsIn } from "./alarms.ts";
import { bucketIn } from "./bucket.ts";
import { type Hashers, hashersIn } from "./hashers.ts";
import { limitersInMemory } from "./limiters.ts";
import type { ServerSettings } from "./settings.ts";

type Environment = Record<string, string | undefined>;
type Platform = {
  server: Partial<Pick<ServerSettings, "FILES_FOLDER" | "COMMIT">>;
  hashers: Hashers;
  alarms?: ReturnType<typeof alarmsIn>;
};

/** The reasons why the API could not be served with these variables, if any, for a server whose own settings are wrong. */
export function problemsIn(environment: Environment): readonly string[] {
  // In place of any folder: the server's own settings tell of one that is missing.
  const server = { FILES_FOLDER: "." };
  const configuration = configurationOf(bindingsFrom(environment, { server, hashers: hashersIn(1) }));
  return configuration instanceof SettingsError ? configuration.problems : [];
}

/** The bindings of a Worker, made of the variables of this process and of what it does itself. */
export function bindingsFrom(
  environment: Environment,
  { server: { FILES_FOLDER, COMMIT }, hashers, alarms }: Platform,
): Bindings {
  const texts = Object.entries<Setting>(settingsTable).flatMap(([name, { kind }]) =>
    kind === "binding" || environment[name] === undefined ? [] : [[name, environment[name]]],
  );
  return {
    // Cloudflare's bound on calls; here there is none.
    SUBREQUESTS: "1000000",
    ...Object.fromEntries(texts),
    ...limitersInMemory(),
    PASSWORD_HASHER: hashers,
    TASK_ALARM: alarms,
    ...(FILES_FOLDER !== undefined && { BUCKET: bucketIn(FILES_FOLDER) }),
    ...(COMMIT !== undefined && { CF_VERSION_METADATA: { id: "", tag: COMMIT, timestamp: "" } }),
  };
}
