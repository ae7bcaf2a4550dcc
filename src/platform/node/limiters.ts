import { bindingName } from "../../context/bindings.ts";
import { type RateClass, rateClasses } from "../../context/policy.ts";

/** The most callers tracked per class; the oldest is evicted. */
const mostCallers = 100_000;

/** Counters in the memory of this process, one for each rate class, in place of the `RATE_LIMIT_…` bindings. */
export function limitersInMemory(): Record<string, RateLimit> {
  // The keys of a constant.
  const classes = Object.keys(rateClasses) as RateClass[];
  return Object.fromEntries(classes.map((rate) => [bindingName(rate), limiter(rateClasses[rate])]));
}

function limiter({ limit, period }: { limit: number; period: number }): RateLimit {
  const counts = new Map<string, { count: number; until: number }>();
  return {
    async limit({ key }) {
      const now = Date.now();
      const known = counts.get(key);
      if (known && known.until > now) {
        known.count += 1;
        return { success: known.count <= limit };
      }
      counts.delete(key);
      counts.set(key, { count: 1, until: now + period * 1_000 });
      for (const [oldest, { until }] of counts) {
        if (until > now && counts.size <= mostCallers) break;
        counts.delete(oldest);
      }
      return { success: true };
    },
  };
}
