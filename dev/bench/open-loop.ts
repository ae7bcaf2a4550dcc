/**
 * Requests at a rate, whether or not they are answered, as the public sends them; and as many at once as are asked for.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import type { Call } from "./load.ts";
import { quantile } from "./tools.ts";

/**
 * A request that was sent: its status, or the error without an answer, the milliseconds since it was due, and the moment
 * of its end, by the clock of `performance`.
 */
export type Sent = { status: number | string; milliseconds: number; ended: number; waits: boolean };

/** Milliseconds after which a client without an answer gives up. */
const patience = 20_000;
/** Milliseconds after which a request that was not sent is left out. */
const latest = 25;

/** workerd holds two files for each connection, and ends where the system lets it open no more. Further calls wait here. */
export const mostConnections = 4_000;

/** A client with a connection for each request that waits, up to a bound. */
export class Public {
  readonly #agent: Agent;
  readonly #origin: string;

  constructor(origin: string, connections = mostConnections) {
    this.#origin = origin;
    this.#agent = new Agent({ connections, headersTimeout: patience, bodyTimeout: patience });
  }

  async send({ method = "GET", path, headers = {}, body }: Call, due = performance.now()): Promise<Sent> {
    const answer = await request(this.#origin + path, { dispatcher: this.#agent, method, headers, body: body ?? null })
      .then(async (response) => {
        await response.body.dump({ limit: Number.POSITIVE_INFINITY });
        return { status: response.statusCode, waits: response.headers["retry-after"] !== undefined };
      })
      .catch((error: Error & { code?: string }) => ({ status: error.code ?? error.name, waits: false }));
    const ended = performance.now();
    return { ...answer, milliseconds: ended - due, ended };
  }

  /**
   * Sends all calls in turn at this rate, then waits for the answers that are missing. Leaves out what it comes too
   * late for, where this machine is busy: to catch up, it would send a burst that nobody asked for.
   */
  async atRate(calls: readonly Call[], { rate, seconds }: { rate: number; seconds: number }): Promise<Sent[]> {
    const began = performance.now();
    const running: Promise<Sent>[] = [];
    const atOnce = Math.max(1, (rate * latest) / 1_000);
    let next = 0;
    for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - began) {
      const due = Math.ceil((elapsed * rate) / 1_000);
      for (next = Math.max(next, Math.floor(due - atOnce)); next < due; next++) {
        const call = calls[next % calls.length];
        if (call) running.push(this.send(call, began + (next * 1_000) / rate));
      }
      await sleep(4);
    }
    return Promise.all(running);
  }

  /** Sends on this many connections as fast as answers come. */
  async asFast(calls: readonly Call[], { connections, seconds }: { connections: number; seconds: number }) {
    const end = performance.now() + seconds * 1_000;
    const sent: Sent[] = [];
    const client = async (_: unknown, first: number) => {
      for (let next = first; performance.now() < end; next++) {
        const call = calls[next % calls.length];
        if (call) sent.push(await this.send(call));
      }
    };
    await Promise.all(Array.from({ length: connections }, client));
    return sent;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

export function isAccepted({ status }: Sent): boolean {
  return typeof status === "number" && status < 400;
}

/** The number of requests that were accepted and answered until then, a time of `performance.now()`. */
export function acceptedUntil(sent: readonly Sent[], end: number): number {
  return sent.filter((one) => isAccepted(one) && one.ended <= end).length;
}

/** The milliseconds within which this share of the accepted requests was answered. */
export function acceptedWithin(sent: readonly Sent[], share: number): number {
  return quantile(
    sent.filter(isAccepted).map(({ milliseconds }) => milliseconds),
    share,
  );
}

/** Each status with the number of its answers: `200 × 17, 503 × 4`. */
export function statusesOf(sent: readonly Sent[]): string {
  const counts = Map.groupBy(sent, ({ status }) => status);
  return [...counts]
    .map(([status, all]) => `${status} × ${all.length}`)
    .toSorted()
    .join(", ");
}
