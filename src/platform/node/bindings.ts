import { type Bindings, type Setting, settingsTable } from "../../settings.ts";
import type { alarmsIn } from "./alarms.ts";
import { bucketIn } from "./bucket.ts";
import type { Hashers } from "./hashers.ts";
import { limitersInMemory } from "./limiters.ts";
import type { ServerSettings } from "./settings.ts";

type Platform = { server: ServerSettings; hashers: Hashers; alarms: ReturnType<typeof alarmsIn> };

/** The bindings of a Worker, made of the variables of this process and of what it does itself. */
export function bindingsFrom(
  environment: Record<string, string | undefined>,
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
