/** `npm run bench -- --overload`: the Worker beyond its capacity, 70 % of the requests for an item, 20 % for a list, 10 % new items. */
import { setTimeout as sleep } from "node:timers/promises";
import { textTable } from "../terminal.ts";
import { callNamed } from "./beside.ts";
import type { Call } from "./load.ts";
import { acceptedUntil, acceptedWithin, isAccepted, Public, type Sent, statusesOf } from "./open-loop.ts";
import { machine, memoryOf } from "./tools.ts";

/** The Worker under a load, with the figures of the load that it had before. */
export type Overload = {
  /** Times the capacity. */
  factor: number;
  offered: number;
  /** Per second, while the load lasted. Later answers count in `p99` and `statuses` only. */
  accepted: number;
  p99: number;
  statuses: string;
  megabytes: number;
  /** Seconds after the load until an answer was as quick as without one. */
  recovery: number;
};

const factors = [0.25, 1, 2, 4];

/** Sends at most on so many `connections`: what comes while all of them wait for answers waits too. */
export async function overload(
  origin: string,
  calls: readonly Call[],
  { seconds, connections }: { seconds: number; connections: number | undefined },
): Promise<void> {
  const mix = mixOf(calls);
  const clients = new Public(origin, connections);
  await clients.asFast(mix, { connections: 16, seconds: 2 });
  const before = await memoryOf("workerd");
  const capacity = (await clients.asFast(mix, { connections: 32, seconds })).filter(isAccepted).length / seconds;
  console.error(`Capacity: ${capacity.toFixed(0)} requests/s on 32 connections`);
  const measured: Overload[] = [];
  for (const factor of factors) {
    const rate = Math.round(capacity * factor);
    let megabytes = before;
    const watch = setInterval(async () => {
      megabytes = Math.max(megabytes, await memoryOf("workerd"));
    }, 1_000);
    const end = performance.now() + seconds * 1_000;
    const sending = clients.atRate(mix, { rate, seconds });
    await sleep(seconds * 1_000);
    const recovering = recoveryOf(clients, mix[0], measured[0]?.p99);
    const sent = await sending;
    clearInterval(watch);
    const offered = sent.length / seconds;
    measured.push({
      ...figuresOf(sent),
      accepted: acceptedUntil(sent, end) / seconds,
      factor,
      offered,
      megabytes,
      recovery: await recovering,
    });
    await sleep(1_000);
  }
  await clients.close();
  console.log(`\n${goodput(measured)}\n\n${overloadTable(measured, { capacity, megabytes: before })}\n\n${machine()}`);
}

function figuresOf(sent: readonly Sent[]) {
  const refusedSilently = sent.filter(({ status, waits }) => status === 503 && !waits).length;
  const statuses = `${statusesOf(sent)}${refusedSilently > 0 ? `, 503 without Retry-After × ${refusedSilently}` : ""}`;
  return { p99: acceptedWithin(sent, 0.99), statuses };
}

/** Seconds until a request is answered as quickly as without load, which is no quicker than this. */
async function recoveryOf(clients: Public, call: Call | undefined, usual = 50): Promise<number> {
  const began = performance.now();
  for (;;) {
    const sent = call && (await clients.send(call));
    const seconds = (performance.now() - began) / 1_000;
    if (!sent || seconds > 60 || (isAccepted(sent) && sent.milliseconds < 2 * usual)) return seconds;
    await sleep(25);
  }
}

/** A bar for each load: what was accepted, and what was offered beyond it. */
export function goodput(measured: readonly Overload[]): string {
  const most = Math.max(1, ...measured.map(({ offered }) => offered));
  const width = (rate: number) => Math.round((rate / most) * 60);
  const bars = measured.map(({ factor, offered, accepted }) => {
    const refused = Math.max(0, width(offered) - width(accepted));
    return `${`${factor}×`.padStart(6)}  ${"█".repeat(width(accepted))}${"░".repeat(refused)}  ${accepted.toFixed(0)} of ${offered.toFixed(0)}/s`;
  });
  return ["Accepted of what was offered, in multiples of the capacity:", ...bars].join("\n");
}

/** `unloaded` is the first load of the list: a quarter of the capacity. */
export function overloadTable(measured: readonly Overload[], before: { capacity: number; megabytes: number }): string {
  const [unloaded] = measured;
  const times = (figure: number, of = 0) => (of > 0 ? (figure / of).toFixed(1) : "–");
  const rows = measured.map(({ factor, accepted, p99, megabytes, recovery, statuses }) => [
    `${factor}×`,
    `${((accepted / before.capacity) * 100).toFixed(0)}%`,
    p99.toFixed(0),
    times(p99, unloaded?.p99),
    times(megabytes, before.megabytes),
    times(megabytes, unloaded?.megabytes),
    recovery.toFixed(1),
    statuses,
  ]);
  const titles = ["load", "of capacity", "p99 ms", "p99 × unloaded", "memory × at rest", "memory × unloaded"];
  return textTable([...titles, "well after s", "answers"], rows);
}

function mixOf(calls: readonly Call[]): Call[] {
  const shares = { "GET /items/{id}": 7, "GET /items, 20": 2, "POST /items": 1 };
  return Object.entries(shares).flatMap(([name, share]) => Array(share).fill(callNamed(calls, name)));
}
