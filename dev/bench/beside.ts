/** Liveness and a cheap route, called again and again beside a load. */
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../config.ts";
import { textTable } from "../terminal.ts";
import type { Call } from "./load.ts";
import { isAccepted, type Public, type Sent, statusesOf } from "./open-loop.ts";
import { quantile } from "./tools.ts";

const probed = ["GET /health", "GET /items/{id}"];

/** Runs `work`, and answers a table of how the probes were answered before it and meanwhile. */
export async function beside(clients: Public, calls: readonly Call[], work: () => Promise<unknown>): Promise<string> {
  const probes = probed.map((name) => callNamed(calls, name));
  const quiet = await probing(clients, probes, () => sleep(1_000));
  const meanwhile = await probing(clients, probes, work);
  const rows = probes.flatMap(({ name }, i) => [
    [name, "before", ...cells(quiet[i])],
    [name, "meanwhile", ...cells(meanwhile[i])],
  ]);
  return textTable(["probe", "", "accepted", "p50 ms", "p99 ms", "answers"], rows);
}

export function callNamed(calls: readonly Call[], wanted: string): Call {
  const call = calls.find(({ name }) => name === wanted);
  if (!call) throw new CommandError(`The benchmark has no call ${wanted}.`);
  return call;
}

async function probing(clients: Public, probes: readonly Call[], work: () => Promise<unknown>): Promise<Sent[][]> {
  let isOver = false;
  const all = probes.map(async (call) => {
    const sent: Sent[] = [];
    while (!isOver) {
      sent.push(await clients.send(call));
      await sleep(50);
    }
    return sent;
  });
  await work().finally(() => {
    isOver = true;
  });
  return Promise.all(all);
}

function cells(sent: readonly Sent[] = []): string[] {
  const times = sent.map(({ milliseconds }) => milliseconds);
  const accepted = sent.filter(isAccepted).length / Math.max(1, sent.length);
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(times, share).toFixed(0));
  return [`${(accepted * 100).toFixed(0)}%`, p50 ?? "", p99 ?? "", statusesOf(sent)];
}
