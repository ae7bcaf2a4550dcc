/** Tells the local endpoint which request a call to the database belongs to, and which fault of dev/local/chaos.ts it meets. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type FaultName, faultNames, socketFaultNames } from "../chaos.ts";
import { chaosMessage } from "../messages.ts";

/** The calls of a request that meet a fault: `times` of them, after the first `skip`. `met` counts them. */
export type FaultPlan = { fault: FaultName | "none"; skip: number; times: number; met: number };

type About = { requestId?: string; plan?: FaultPlan | undefined };
const requests = new AsyncLocalStorage<About>();

/** A port that nobody listens at. */
const closed = "http://127.0.0.1:9/sql";
const closedSocket = "ws://127.0.0.1:9/v2";

/** Does some work whose calls to the database follow a plan, or name a request. */
export function following<T>(about: About, work: () => T): T {
  return requests.run(about, work);
}

/**
 * Sends the calls to this endpoint, those of `fetch` and those in WebSockets, as their request wants it. Of those without a plan, a share meets a
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
  const stop = interceptSockets(endpoint.replace(/^http/, "ws").replace(/\/sql$/, "/v2"), share);
  return () => {
    globalThis.fetch = real;
    stop();
  };
}

/** Does the same for transactions: their connections to this address, and each statement in these. */
function interceptSockets(address: string, share: number): () => void {
  const real = globalThis.WebSocket;
  globalThis.WebSocket = new Proxy(real, {
    construct(target, [url, ...rest]: [string, ...unknown[]]) {
      if (String(url) !== address) return Reflect.construct(target, [url, ...rest]);
      const { plan } = requests.getStore() ?? {};
      const draw = (names: readonly FaultName[]) => (plan ? next(plan, names) : byLot(share, names));
      const fault = draw(socketFaultNames.connect);
      const way = fault === undefined ? url : `${url}?chaos=${fault}`;
      const socket: WebSocket = Reflect.construct(target, [fault === "refuse" ? closedSocket : way, ...rest]);
      const mark = marking(() => draw(socketFaultNames.session));
      const send = socket.send.bind(socket);
      socket.send = (data) => send(data instanceof Uint8Array ? mark(data) : data);
      return socket;
    },
  });
  return () => {
    globalThis.WebSocket = real;
  };
}

/** Puts a message with the fault before each statement that is to meet one. The driver sends whole messages. */
function marking(draw: () => FaultName | undefined): (bytes: Uint8Array) => Uint8Array {
  let isStarted = false;
  let isBetween = true;
  return (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const parts: Uint8Array[] = [];
    let at = 0;
    // The first message of a connection has no type.
    if (!isStarted) at = view.getInt32(0);
    isStarted = true;
    parts.push(bytes.subarray(0, at));
    for (let end = at; at < bytes.length; at = end) {
      end = at + 1 + view.getInt32(at + 1);
      const type = String.fromCharCode(bytes[at] ?? 0);
      const fault = isBetween && /[QPB]/.test(type) ? draw() : undefined;
      if (fault !== undefined) parts.push(chaosMessage(fault));
      if (/[QPB]/.test(type)) isBetween = false;
      if (/[QS]/.test(type)) isBetween = true;
      parts.push(bytes.subarray(at, end));
    }
    return joined(parts);
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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

/** The fault of the next call, if it is one of those that the call can meet. */
function next(plan: FaultPlan, names: readonly FaultName[] = faultNames): FaultName | undefined {
  if (plan.fault === "none" || plan.skip-- > 0 || plan.met >= plan.times) return undefined;
  if (!names.includes(plan.fault)) return undefined;
  plan.met += 1;
  return plan.fault;
}

function byLot(share: number, names: readonly FaultName[] = faultNames): FaultName | undefined {
  return Math.random() < share ? names[Math.floor(Math.random() * names.length)] : undefined;
}
