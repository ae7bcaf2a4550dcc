import { rateClasses } from "../../src/context/policy.ts";
import { bindings, serveWithMailbox } from "../harness.ts";

/** An app whose classes let `limit` calls in, and the keys under which it counted them, by class. */
export function limited(limit: number) {
  const counted: Record<string, string[]> = {};
  const limiters = Object.keys(rateClasses).map((rate) => {
    const keys: string[] = [];
    counted[rate] = keys;
    const count = async ({ key }: { key: string }) => {
      keys.push(key);
      return { success: keys.filter((other) => other === key).length <= limit };
    };
    return [`RATE_LIMIT_${rate.toUpperCase()}`, { limit: count }];
  });
  const own = { ...bindings, ...Object.fromEntries(limiters) };
  return { counted, ...serveWithMailbox({ bindings: own }) };
}
