import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { called, send, withHeaders } from "../calls.ts";
import { serve } from "../harness.ts";

afterEach(() => void vi.restoreAllMocks());

const gone = (code: string) => Response.json({ message: "gone", code }, { status: 400 });
/** Faults that pass: of the connection, of Neon's proxy, and of Postgres. Some come after the statement took effect. */
const blips: [name: string, isAfter: boolean, make: () => Response][] = [
  ["a connection that breaks before", false, () => lost()],
  ["a connection that breaks after", true, () => lost()],
  ["a 502 of the proxy", false, () => new Response("<html>", { status: 502 })],
  ["40001", false, () => gone("40001")],
  ["40P01", false, () => gone("40P01")],
  ["57P01", false, () => gone("57P01")],
];

/** Those after which nothing was kept, whatever was sent. */
const undone = ["40001", "40P01"];

function lost(): never {
  throw new Error("Network connection lost.");
}

/** Lets the first call to the database meet a blip. Answers the number of its statements and batches that were sent. */
function breakOnce([, isAfter, make]: (typeof blips)[number]): () => number {
  const real = globalThis.fetch;
  // The shortest pause before the second try.
  vi.spyOn(Math, "random").mockReturnValue(0);
  const isCall = (input: unknown) => String(input).startsWith(inject("neonEndpoint"));
  let sent = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    if (!isCall(input)) return real(input, init);
    sent += 1;
    if (sent > 1) return real(input, init);
    if (isAfter) await (await real(input, init)).text();
    return make();
  });
  return () => sent;
}

// Keeps no answer of a cached endpoint, which would ask no database.
const nothing = { match: async () => undefined, put: async () => {}, delete: async () => {} };
const app = serve({ mayFail: true, deps: { answers: nothing } });
// A transaction has a connection of its own, and repeats what its declaration says: test/context/transaction.test.ts.
const asking = called.filter(({ endpoint: { policy, contract } }) => policy.roundTrips > 0 && !contract.transaction);
const reads = asking.filter(({ endpoint }) => endpoint.route.method === "get");
const writes = asking.filter(({ endpoint }) => endpoint.route.method !== "get");
const keyed = writes.filter(({ endpoint }) => endpoint.contract.idempotent);
const over = (all: typeof called) => all.flatMap((one) => blips.map((blip) => ({ ...one, blip, name: blip[0] })));

describe("promise 45: after a fault of the database that passes", () => {
  it.each(over(reads))("$operationId is read once more: $name", async ({ endpoint, make, blip }) => {
    const call = await make();
    const sent = breakOnce(blip);
    const answer = await send(endpoint, call, app);
    expect(answer.status, answer.text).toBeLessThan(400);
    expect([answer.roundTrips, answer.triedAgain]).toStrictEqual([endpoint.policy.roundTrips + 1, 1]);
    // Events ask on while they are told.
    const isTold = answer.headers.get("Content-Type") === "text/event-stream";
    if (!isTold) expect(sent()).toBe(endpoint.policy.roundTrips + 1);
  });

  it.each(over(keyed))("$operationId under a key takes effect once: $name", async ({ endpoint, make, blip }) => {
    const call = withHeaders(await make(), { "Idempotency-Key": crypto.randomUUID() });
    const sent = breakOnce(blip);
    const answer = await send(endpoint, call, app);
    expect(answer.status, answer.text).toBeLessThan(300);
    expect(answer.headers.has("Idempotent-Replayed")).toBe(blip[1]);
    expect(sent()).toBe(2);
    vi.restoreAllMocks();
    const again = await send(endpoint, call, app);
    expect([again.status, again.text]).toStrictEqual([answer.status, answer.text]);
  });

  it.each(over(writes).filter(({ name }) => undone.includes(name)))(
    "$operationId without a key is sent once more, as nothing of it was kept: $name",
    async ({ endpoint, make, blip }) => {
      const call = await make();
      breakOnce(blip);
      const answer = await send(endpoint, call, app);
      expect(answer.status, answer.text).toBeLessThan(400);
      expect(answer.triedAgain).toBe(1);
    },
  );

  it.each(writes)("$operationId without a key is not sent twice", async ({ endpoint, make }) => {
    const call = await make();
    for (const blip of blips.filter(([name]) => !undone.includes(name))) {
      const sent = breakOnce(blip);
      const answer = await send(endpoint, call, app);
      if (sent() > 0) expect([answer.status, answer.triedAgain, sent()]).toStrictEqual([503, 0, 1]);
      vi.restoreAllMocks();
    }
  });
});
