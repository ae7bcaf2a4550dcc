import type { Unstable_RawConfig as Config } from "wrangler";

/**
 * Configuration that a Worker has of its own, by the name of its part: any key of wrangler.toml, in place of what the
 * environment says. Names are those that `npm run build -- --shape group` prints, `base` and `router` among them.
 *
 * ```ts
 * items: { placement: { region: "aws:eu-central-1" } },
 * ```
 */
export const own: Readonly<Record<string, Partial<Config>>> = {};

/**
 * Seconds that the router waits for an answer to begin, beside the time of a body. More than any endpoint here
 * takes: a round trip to the database ends after `DATABASE_TIMEOUT_MS`, a call to another service after ten seconds.
 */
export const answerSeconds = 60;
