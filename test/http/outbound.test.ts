import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { calling, OutboundError } from "../../src/http/outbound.ts";
import { aUser, serve } from "../harness.ts";
import { standIn } from "../outside.ts";

const Rate = z.object({ currency: z.string(), rate: z.number() });

const readRate = endpoint(
  {
    method: "get",
    path: "/rates/{currency}",
    operationId: "readRate",
    tags: ["operations"],
    summary: "Get a rate of exchange",
    description: "Asks another service.",
    access: "public",
    roundTrips: 0,
    request: { params: z.object({ currency: z.string() }) },
    responses: { 200: json(Rate, "The rate") },
    errors: ["busy"],
  },
  async (c) => {
    const { currency } = c.req.valid("param");
    const rate = await calling(c.var)
      .get(`https://rates.example/v1/${encodeURIComponent(currency)}`)
      .json(Rate)
      .catch((cause: unknown) => {
        const after = cause instanceof OutboundError ? cause.retryAfter : undefined;
        const headers = after === undefined ? {} : { "Retry-After": String(after) };
        throw new ApiError("busy", { detail: "The rates are not available right now.", headers, cause });
      });
    return c.json(rate, 200);
  },
);

afterEach(() => {
  vi.useRealTimers();
});

type Reply = (request: Request) => Response | Promise<Response>;

/** The service of rates, giving these answers in turn, the last of them forever. */
const world = (...replies: [Reply, ...Reply[]]) => standIn("rates.example", ...replies);

const good: Reply = () => Response.json({ currency: "EUR", rate: 1.1 });
const status =
  (code: number, headers: Record<string, string> = {}): Reply =>
  () =>
    new Response("a secret", { status: code, headers });
/** The error of workerd: a plain one, unlike that of the Fetch standard. */
const unreachable: Reply = () =>
  Promise.reject(Object.assign(new Error("Network connection lost."), { retryable: true }));
const silent: Reply = ({ signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const url = "https://rates.example/v1/EUR?key=secret";

/** Runs with the clock of the tests, so that no wait takes its time; answers the milliseconds that it took there. */
async function timed<T>(work: () => Promise<T>) {
  vi.useFakeTimers();
  const began = Date.now();
  let isDone = false;
  const running = work().finally(() => {
    isDone = true;
  });
  running.catch(() => undefined);
  while (!isDone) await vi.advanceTimersByTimeAsync(50);
  const outcome = await running.catch((error: unknown) => error);
  return { outcome, milliseconds: Date.now() - began };
}

describe("calling", () => {
  it("passes the request id and the trace on, and answers what the other service says", async () => {
    const asked = world(good);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const tracestate = "vendor=opaque";
    const app = serve({ endpoints: [readRate] });
    const headers = { "X-Request-Id": "a-request", traceparent, tracestate };
    const answer = await app.get("/rates/EUR", { headers });
    expect(answer.body).toStrictEqual({ currency: "EUR", rate: 1.1 });
    expect(asked[0]?.headers.get("X-Request-Id")).toBe("a-request");
    expect(asked[0]?.headers.get("traceparent")).toBe(traceparent);
    expect(asked[0]?.headers.get("tracestate")).toBe(tracestate);
    expect(asked[0]?.redirect).toBe("manual");
    expect(app.logs.at(-1)).toMatchObject({ trace_id: "0af7651916cd43dd8448eb211c80319c" });
  });

  it("begins a trace where it was given none, or one that is not well-formed", async () => {
    const asked = world(good);
    const app = serve({ endpoints: [readRate] });
    const id = crypto.randomUUID();
    const well = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (const traceparent of [
      "nonsense",
      `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
      `00-${well}\u00e9`,
      `ff-${well}`,
    ]) {
      await app.get("/rates/EUR", { headers: { traceparent, tracestate: "vendor=opaque", "X-Request-Id": id } });
      const { headers } = asked.at(-1) ?? {};
      expect(headers?.get("traceparent"), traceparent).toMatch(
        new RegExp(`^00-${id.replaceAll("-", "")}-(?!0{16})[0-9a-f]{16}-01$`),
      );
      expect(headers?.has("tracestate")).toBe(false);
    }
    await app.get("/rates/EUR", { headers: { "X-Request-Id": "a-request" } });
    const [, traceId] = /^00-([0-9a-f]{32})-/.exec(asked.at(-1)?.headers.get("traceparent") ?? "") ?? [];
    expect(app.logs.at(-1)).toMatchObject({ trace_id: traceId });
  });

  it("is tested with a service that answers as the test says, beside a database that is there", async () => {
    const asked = standIn("rates.example", () => new Response(null, { status: 429, headers: { "Retry-After": "30" } }));
    const answer = await serve({ endpoints: [readRate] }).get("/rates/EUR");
    expect([answer.status, answer.headers.get("Retry-After"), asked.length]).toStrictEqual([503, "30", 1]);
    expect((await (await aUser()).get("/users/me")).status).toBe(200);
  });

  it("reaches nobody for whom nobody stands in: the test fails, and says what to write", async () => {
    const call = serve({ endpoints: [readRate] }).get("/rates/EUR");
    await expect(call).rejects.toThrow(/rates\.example.+test\/routes\/<resource>\/outside\.ts/);
  });

  it("turns a failure into the endpoint's own error, whose log holds no secret of the call", async () => {
    world(status(401));
    const app = serve({ endpoints: [readRate] });
    const answer = await app.get("/rates/EUR");
    expect([answer.status, answer.body.detail]).toStrictEqual([503, "The rates are not available right now."]);
    expect(app.logs.at(-1)).toMatchObject({ code: "busy", cause: { detail: "rates.example answered 401" } });
    expect(JSON.stringify(app.logs)).not.toContain("secret");
  });

  it.each<[string, [Reply, ...Reply[]], number]>([
    ["429", [status(429), good], 2],
    ["503", [status(503), status(502), good], 3],
    ["what Cloudflare answers for an origin that it cannot reach", [status(521), status(522), good], 3],
    ["a lost connection", [unreachable, good], 2],
    ["silence", [silent, good], 2],
  ])("repeats a read after %s", async (_what, replies, times) => {
    const asked = world(...replies);
    const { outcome } = await timed(() => calling({}).get(url).json());
    expect(outcome).toStrictEqual({ currency: "EUR", rate: 1.1 });
    expect(asked).toHaveLength(times);
  });

  it("repeats a read where nobody listens, on the runtime's own network", async () => {
    const fetch = vi.spyOn(globalThis, "fetch");
    const nowhere = "http://127.0.0.1:47/";
    await expect(calling({}).get(nowhere)).rejects.toThrow("127.0.0.1:47 cannot be reached");
    expect(fetch.mock.calls.filter(([call]) => call instanceof Request && call.url === nowhere)).toHaveLength(3);
    fetch.mockRestore();
  });

  it("waits as long as Retry-After says, in seconds or as a date", async () => {
    for (const wait of [() => "3", () => new Date(Date.now() + 3_000).toUTCString()]) {
      const asked = world(() => status(503, { "Retry-After": wait() })(new Request(url)), good);
      const { milliseconds } = await timed(() => calling({}).get(url).json());
      expect(asked).toHaveLength(2);
      expect(milliseconds).toBeGreaterThanOrEqual(2_000);
      expect(milliseconds).toBeLessThan(4_000);
      vi.useRealTimers();
    }
  });

  it("does not wait for a longer Retry-After, but tells it", async () => {
    const asked = world(status(429, { "Retry-After": "3600" }));
    const { outcome, milliseconds } = await timed(() => calling({}).get(url).json());
    expect(outcome).toMatchObject({ message: "rates.example answered 429", status: 429, retryAfter: 3_600 });
    expect([asked.length, milliseconds < 1_000]).toStrictEqual([1, true]);
  });

  it.each<[string, Reply, number, string]>([
    ["503", status(503), 3, "rates.example answered 503"],
    ["404", status(404), 1, "rates.example answered 404"],
    ["a redirect", status(302, { Location: "https://evil.example/" }), 1, "rates.example answered 302"],
    ["a lost connection", unreachable, 3, "rates.example cannot be reached"],
    ["an unknown fault", () => Promise.reject(new TypeError("secret")), 1, "rates.example cannot be reached"],
  ])("gives up after %s in the end, in words without a secret", async (_what, reply, times, message) => {
    const asked = world(reply);
    const { outcome } = await timed(() => calling({}).get(url).json());
    expect(outcome).toBeInstanceOf(OutboundError);
    expect(outcome).toMatchObject({ message });
    expect(asked).toHaveLength(times);
  });

  it("ends at its deadline, whatever the other service does", async () => {
    const asked = world(silent);
    const { outcome, milliseconds } = await timed(() => calling({}, { seconds: 4, attemptSeconds: 3 }).get(url).json());
    expect(outcome).toMatchObject({ message: "rates.example did not answer in time" });
    expect(milliseconds).toBeLessThan(4_200);
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  it("repeats a post only under an Idempotency-Key", async () => {
    for (const [headers, times] of [
      [{}, 1],
      [{ "Idempotency-Key": "a" }, 3],
    ] as const) {
      const asked = world(status(503));
      await timed(() => calling({}).post(url, { json: { a: 1 }, headers }));
      expect(asked).toHaveLength(times);
      expect(await asked.at(-1)?.json()).toStrictEqual({ a: 1 });
      vi.useRealTimers();
    }
  });
});

const brokenOff = () =>
  new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"a secret')),
    pull: (controller) => controller.error(new TypeError("a secret")),
  });

it.each<[string, BodyInit | (() => BodyInit), string]>([
  ["that is no JSON", "a secret", "rates.example answered no JSON"],
  ["of another shape", '{"currency": "EUR", "rate": "a secret"}', "rates.example answered in an unexpected shape"],
  ["that breaks off", brokenOff, "rates.example broke off its answer"],
])("quotes nothing of an answer %s", async (_what, body, message) => {
  world(() => new Response(typeof body === "function" ? body() : body));
  const error = await calling({})
    .get(url)
    .json(Rate)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OutboundError);
  expect(error).toMatchObject({ message });
  expect(JSON.stringify([String(error), (error as Error).cause])).not.toContain("secret");
});
