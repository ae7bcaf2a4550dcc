import type { Deps } from "./context/types.ts";
import { appOf } from "./endpoint/app-of.ts";
import type { Endpoint } from "./endpoint/endpoint.ts";
import { transportFor } from "./mail/transports.ts";
import { ofWorker } from "./platform/worker.ts";
import { wake } from "./task/wake.ts";
import { allTasks } from "./tasks/index.ts";

/** The dependencies of an app that is given no others. */
export const defaultDeps: Deps = { ...ofWorker, tasks: allTasks, transport: transportFor, wake };

/** Makes an app of all endpoints or any subset of them, with these dependencies or others. */
export function createApp<const Endpoints extends readonly Endpoint[]>(endpoints: Endpoints, deps: Deps = defaultDeps) {
  return appOf(endpoints, deps);
}
