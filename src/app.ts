import type { Deps } from "./context/types.ts";
import { connect } from "./db/client.ts";
import { beginSession } from "./db/session.ts";
import { appOf } from "./endpoint/app.ts";
import type { Endpoint } from "./endpoint/endpoint.ts";
import { logToConsole } from "./log.ts";
import { transportFor } from "./mail/transports.ts";
import { addressOfEdge } from "./platform/address.ts";
import { answersOfDataCentre } from "./platform/answers.ts";
import { hasherOf } from "./platform/hashing.ts";
import { textsFor } from "./platform/texts.ts";
import { wake } from "./task/wake.ts";
import { allTasks } from "./tasks/index.ts";

/** The app's dependencies in a Worker. */
export const production: Deps = {
  connect,
  begin: beginSession,
  address: addressOfEdge,
  hasher: hasherOf,
  transport: transportFor,
  now: () => new Date(),
  cache: textsFor,
  answers: answersOfDataCentre,
  log: logToConsole,
  tasks: allTasks,
  wake,
};

/** Makes an app of all endpoints or any subset of them, with these dependencies or others. */
export function createApp<const Endpoints extends readonly Endpoint[]>(endpoints: Endpoints, deps: Deps = production) {
  return appOf(endpoints, deps);
}
