import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context/types.ts";
import { nothingHere } from "../errors.ts";
import type { Switch } from "../settings.ts";

/** Answers 404, as for an unknown path, if this setting is `off`. */
export function unlessOff(name: Switch): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.var.settings[name] === "off") throw nothingHere();
    await next();
  };
}
