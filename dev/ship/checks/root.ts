import { type CheckLine, checkLines } from "../line.ts";
import { ownDomains, type WorkerConfig } from "../wrangler-toml.ts";

/** A Worker that wrangler would deploy without `--env`: it would call itself production beside the real one. */
export function rootLines(root: WorkerConfig): CheckLine[] {
  const faults = [
    ...(root.topLevelName
      ? [
          `wrangler.toml has name = "${root.topLevelName}" outside of its environments, so wrangler without --env deploys a third Worker`,
        ]
      : []),
    ...(ownDomains(root).length > 0
      ? ["wrangler.toml has a route outside of its environments, which each of them inherits"]
      : []),
  ];
  return checkLines("root Worker", faults, "wrangler without --env deploys nothing");
}
