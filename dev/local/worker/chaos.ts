/** Tells the local endpoint which request a call to the database belongs to, and which fault of dev/local/chaos.ts it meets. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type FaultName, faultNames } from "../chaos.ts";

/** The calls of a request that meet a fault: `times` of them, after the first `skip`. `met` counts them. */
export type FaultPlan = { fault: FaultName | "none"; skip: number; times: number; met: number };

type About = { requestId?: string; plan?: FaultPlan | undefined };
const requests = new AsyncLocalStorage<About>();

/** A port that nobody listens at. */
const closed = "http://127.0.0.1:9/sql";

/** Does some work whose calls to the database follow a plan, or name a request. */
export function following<T>(about: About, work: () => T): T {
  return requests.run(about, work);
}

/**
 * Sends the calls to this endpoint, those of `fetch`, as their request wants it. Of those without a plan, a share meets a
 * fault by lot. Answers the end of it.
 */
export function intercept(endpoint: string, { share = 0 } = {}): () => void {
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    if (String(input) !== endpoint) return real(input, init);
    const { requestId, plan } = requests.getStore() ?? {};
    const fault = plan ? next(plan) : byLot(share);
    const headers = new Headers(init?.headers);
    if (requestId !== undefined) headers.set("X-Request-Id", requestId);
    if (fault !== undefined) headers.set("X-Chaos", fault);
    return real(fault === "refuse" ? closed : input, { ...init, headers });
  };
  return () => {
    globalThis.fetch = real;
  };
}

/** Reads `reset-after; skip=1; times=1`: the fault, the calls that are spared first, and the number of those that are not. */
export function planFrom(text: string): FaultPlan | undefined {
  const [name = "", ...terms] = text.split(";").map((part) => part.trim());
  const fault = [...faultNames, "none" as const].find((one) => one === name);
  const counts = terms.map((term) => /^(skip|times)=(\d{1,6})$/.exec(term));
  if (!fault || counts.includes(null)) return undefined;
  const given = Object.fromEntries(counts.flatMap((count) => (count ? [[count[1], Number(count[2])]] : [])));
  return { fault, skip: 0, times: Number.POSITIVE_INFINITY, met: 0, ...given };
}

function next(plan: FaultPlan): FaultName | undefined {
  if (plan.fault === "none" || plan.skip-- > 0 || plan.met >= plan.times) return undefined;
  plan.met += 1;
  return plan.fault;
}

function byLot(share: number): FaultName | undefined {
  return Math.random() < share ? faultNames[Math.floor(Math.random() * faultNames.length)] : undefined;
}
