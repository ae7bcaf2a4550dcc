/** Lets the calls of a Worker to its database meet the faults of dev/local/chaos.ts, request by request. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type FaultName, faultNames } from "../chaos.ts";

/** The calls of a request that meet a fault: `times` of them, after the first `skip`. `met` counts them. */
export type Plan = { fault: FaultName | "none"; skip: number; times: number; met: number };

const plans = new AsyncLocalStorage<Plan>();

/** A port that nobody listens at. */
const closed = "http://127.0.0.1:9/sql";

/** Does some work whose calls to the database follow a plan. */
export function following<T>(plan: Plan, work: () => T): T {
  return plans.run(plan, work);
}

/**
 * Sends the calls to this endpoint, those of `fetch`, through the plan of their request. Where there is none, a share of
 * them meets a fault by lot. Answers the end of it.
 */
export function intercept(endpoint: string, { share = 0 } = {}): () => void {
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const fault = String(input) === endpoint ? (next() ?? byLot(share)) : undefined;
    if (fault === undefined) return real(input, init);
    const headers = new Headers(init?.headers);
    headers.set("X-Chaos", fault);
    return real(fault === "refuse" ? closed : input, { ...init, headers });
  };
  return () => {
    globalThis.fetch = real;
  };
}

/** Reads `reset-after; skip=1; times=1`: the fault, the calls that are spared first, and the number of those that are not. */
export function planFrom(text: string): Plan | undefined {
  const [name = "", ...terms] = text.split(";").map((part) => part.trim());
  const fault = [...faultNames, "none" as const].find((one) => one === name);
  const counts = terms.map((term) => /^(skip|times)=(\d{1,6})$/.exec(term));
  if (!fault || counts.includes(null)) return undefined;
  const given = Object.fromEntries(counts.flatMap((count) => (count ? [[count[1], Number(count[2])]] : [])));
  return { fault, skip: 0, times: Number.POSITIVE_INFINITY, met: 0, ...given };
}

function next(): Plan["fault"] | undefined {
  const plan = plans.getStore();
  if (!plan) return undefined;
  if (plan.fault === "none" || plan.skip-- > 0 || plan.met >= plan.times) return "none";
  plan.met += 1;
  return plan.fault;
}

function byLot(share: number): FaultName | undefined {
  return Math.random() < share ? faultNames[Math.floor(Math.random() * faultNames.length)] : undefined;
}
