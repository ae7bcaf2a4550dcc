import type { MiddlewareHandler } from "hono";
import { defencesOf } from "../context/bindings.ts";
import type { AppEnv, Variables } from "../context/types.ts";
import type { LogEntry } from "../log.ts";
import { type Bindings, isRelaxed, SettingsError } from "../settings.ts";

/** Logs the defences of a deployed Worker, or what is wrong, at the first request of each isolate. */
export function startLog(): MiddlewareHandler<AppEnv> {
  const said = new WeakSet<Bindings>();
  return (c, next) => {
    if (!said.has(c.env) && !isRelaxed(c.env.ENVIRONMENT)) {
      said.add(c.env);
      c.var.log(startEntry(c.var.configuration));
    }
    return next();
  };
}

function startEntry(configuration: Variables["configuration"]): LogEntry {
  if (configuration instanceof SettingsError) {
    return { level: "error", message: "start", code: "misconfigured", problems: configuration.problems };
  }
  const { ENVIRONMENT: environment, VERSION: version } = configuration;
  const defences = defencesOf(configuration);
  const isComplete = !Object.values(defences).includes("off");
  return { level: isComplete ? "info" : "warn", message: "start", environment, version, defences };
}
