import { z } from "zod";
import { CommandError } from "../config.ts";
import { readWranglerToml } from "../ship/wrangler-toml.ts";

/** Bindings that hold no state, or whose state is made anew for each preview. */
const own = [
  "vars",
  "define",
  "durable_objects",
  "version_metadata",
  "observability",
  "limits",
  "placement",
  "logpush",
];

/** The environment whose Worker previews stand beside, and whose database they branch from. */
export const previewEnvironment = "staging";

/**
 * Throws {@link CommandError} unless each binding of previews is its own. Storage, queues, mail and counters that are named in
 * wrangler.toml would be those of all previews, or even those of a deployment.
 */
export function checkPreviewBindings(project: string): void {
  const config: object = readWranglerToml(project, previewEnvironment);
  const { previews } = z.looseObject({ previews: z.record(z.string(), z.unknown()).optional() }).parse(config);
  if (!previews) throw new CommandError(`wrangler.toml has no [env.${previewEnvironment}.previews].`);
  const shared = Object.entries(previews).filter(([name, value]) => !own.includes(name) && isBound(value));
  if (shared.length > 0) {
    throw new CommandError(
      `[env.${previewEnvironment}.previews] binds ${shared.map(([name]) => name).join(", ")}, which previews would share. ` +
        "A preview has nothing but its own database, its own Durable Objects and variables.",
    );
  }
  const objects = z.looseObject({
    bindings: z.array(z.looseObject({ script_name: z.string().optional() })).default([]),
  });
  const foreign = objects.parse(previews.durable_objects ?? {}).bindings.some(({ script_name }) => script_name);
  if (foreign)
    throw new CommandError("A preview is bound to the Durable Objects of another Worker: take script_name out.");
  const vars = z.record(z.string(), z.unknown()).parse(previews.vars ?? {});
  if (vars.MAIL !== "off" || vars.FILES !== "off") {
    throw new CommandError(`A preview sends no mail and keeps no files: MAIL = "off" and FILES = "off" in its vars.`);
  }
}

function isBound(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === "object" && value !== null && Object.values(value).some(isBound);
}
