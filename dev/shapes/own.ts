import type { Unstable_RawConfig as Config } from "wrangler";

/**
 * Configuration that a Worker has of its own, by the name of its part: any key of wrangler.toml, in the place of what the
 * environment says. Names are those that `npm run build -- --shape group` prints, `base` and `router` among them.
 *
 * ```ts
 * items: { placement: { region: "aws:eu-central-1" } },
 * ```
 */
export const own: Readonly<Record<string, Partial<Config>>> = {};
