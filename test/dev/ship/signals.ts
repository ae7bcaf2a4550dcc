import { join } from "node:path";
import { spawned } from "../spawned.ts";
import type { Given } from "./command.ts";

/** Ships or makes a preview in a process of its own, which signals may end. */
export function started(verb: "ship" | "up" | "down", given: Given) {
  return spawned([join(import.meta.dirname, "command.ts"), verb, JSON.stringify(given)]);
}
