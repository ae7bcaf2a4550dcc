import type { Deps } from "../context/types.ts";
import { connect } from "../db/client.ts";
import { beginSession } from "../db/session.ts";
import { logToConsole } from "../log.ts";
import { addressOfEdge } from "./address.ts";
import { answersOfDataCentre } from "./answers.ts";
import { hasherOf } from "./hashing.ts";
import { textsFor } from "./texts.ts";

/** The app's dependencies in a Worker, but for those that are about tasks: not every Worker runs them. */
export const ofWorker: Omit<Deps, "tasks" | "transport" | "wake"> = {
  connect,
  begin: beginSession,
  address: addressOfEdge,
  hasher: hasherOf,
  now: () => new Date(),
  cache: textsFor,
  answers: answersOfDataCentre,
  log: logToConsole,
};
