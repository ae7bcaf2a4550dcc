import { sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { events, type StreamedEvent } from "../../client/src/events.ts";
import { type Client, createClient, inStore } from "../../client/src/index.ts";
import { sessions } from "../../src/db/schema.ts";
import { endpoint } from "../../src/endpoint/endpoint.ts";
import { eventsOf, type ToldEvent, tellEvents } from "../../src/http/events.ts";
import { wholeNumber } from "../../src/schemas/parameters.ts";
import { api, aUser, db, serve } from "../harness.ts";
import { baseUrl, password, password_hash } from "./a-client.ts";
import { aStore } from "./store.ts";

const Tick = z.object({ number: z.int(), text: z.string() });
type Tick = z.infer<typeof Tick>;

/** Tells four ticks, from the one after `Last-Event-ID`, and then a fault where the query asks for one. */
const tellTicks = endpoint(
  {
    method: "get",
    path: "/ticks",
    operationId: "tellTicks",
    tags: ["operations"],
    summary: "Tell ticks",
    description: "As they come.",
    access: "user",
    request: {
      query: z.object({ end: z.enum(["well", "revocation"]).default("well") }),
      headers: z.object({ "Last-Event-ID": wholeNumber({ min: 0, max: 4 }).default(0) }),
    },
    responses: { 200: eventsOf("Tick", "Ticks") },
  },
  async (c) => {
    const { run, user } = c.var;
    const { end } = c.req.valid("query");
    const { "Last-Event-ID": last } = c.req.valid("header");
    async function* ticks(): AsyncGenerator<ToldEvent> {
      for (let number = last + 1; number < 5; number += 1) {
        // A line separator, which is no line break in JSON; and a name in every second event.
        const told = { id: `${number}`, retry: 1, data: { number, text: "a: b\u2028é" } };
        yield number % 2 ? told : { ...told, event: "even" };
      }
      if (end === "well") return;
      await db.update(sessions).set({ revoked_at: sql`now()` }).where(sql`${sessions.user_id} = ${user.id}`);
      await run();
    }
    return tellEvents(c, Tick, ticks());
  },
);

const app = serve({ endpoints: [tellTicks], mayFail: true });
// No document has the endpoint of a test.
const path = "/api/v1/ticks" as "/api/v1/users/me";

type Through = (answer: Response, call: number) => Response;

/** A client that is signed in, with the `Last-Event-ID` of each of its calls. */
async function reading(through: Through = (answer) => answer) {
  const user = await aUser({ password_hash });
  const ids: (string | null)[] = [];
  const client = createClient({
    baseUrl,
    session: inStore(aStore()),
    fetch: async (request) => {
      if (!request.url.includes("/ticks")) return api.fetch(request);
      ids.push(request.headers.get("Last-Event-ID"));
      return through(await app.fetch(request), ids.length);
    },
  });
  await client.session.signIn({ username: user.username, password });
  return { client, ids };
}

async function numbers(client: Client, query = "", signal?: AbortSignal): Promise<number[]> {
  const seen: number[] = [];
  const asked = `${path}${query}` as typeof path;
  for await (const { data } of events<Tick>(client, (resuming) => client.GET(asked, resuming), signal)) {
    seen.push(data.number);
  }
  return seen;
}

/** Sends the answer in pieces of `size` bytes, and cuts it off after so many of them. */
function inPieces({ body, status, headers }: Response, size: number, most = Number.POSITIVE_INFINITY): Response {
  let rest = new Uint8Array();
  let pieces = 0;
  const reader = body?.getReader();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (rest.length === 0) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) return controller.close();
        rest = new Uint8Array(value ?? []);
      }
      pieces += 1;
      if (pieces > most) return controller.error(new TypeError("network error"));
      controller.enqueue(rest.slice(0, size));
      rest = rest.slice(size);
    },
  });
  return new Response(stream, { status, headers });
}

afterEach(() => vi.useRealTimers());

describe("the events of the client", () => {
  it("come whole, whatever the network cuts them into, with their ids and names", async () => {
    const { client, ids } = await reading((answer) => inPieces(answer, 1));
    const all: StreamedEvent<Tick>[] = [];
    for await (const event of events<Tick>(client, (resuming) => client.GET(path, resuming))) all.push(event);
    const text = "a: b\u2028é";
    expect(all).toStrictEqual([
      { id: "1", event: "message", data: { number: 1, text } },
      { id: "2", event: "even", data: { number: 2, text } },
      { id: "3", event: "message", data: { number: 3, text } },
      { id: "4", event: "even", data: { number: 4, text } },
    ]);
    expect(ids).toStrictEqual([null]);
  });

  it("go on after the last one where the connection is lost", async () => {
    const { client, ids } = await reading((answer, call) => inPieces(answer, 1_000, call < 3 ? call + 1 : 100));
    expect(await numbers(client)).toStrictEqual([1, 2, 3, 4]);
    expect(ids).toStrictEqual([null, "1", "3"]);
  });

  it("go on when the network is back, however long it was away", async () => {
    let isOnline = true;
    const { client, ids } = await reading((answer, call) => {
      if (!isOnline) throw new TypeError("Failed to fetch");
      return call === 1 ? inPieces(answer, 1_000, 2) : answer;
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const seen: number[] = [];
    const read = async () => {
      for await (const { data } of events<Tick>(client, (resuming) => client.GET(path, resuming))) {
        seen.push(data.number);
        isOnline = data.number > 1;
      }
    };
    const reads = read();
    await vi.waitUntil(async () => {
      await vi.advanceTimersByTimeAsync(1_000);
      return ids.length > 15;
    });
    isOnline = true;
    await vi.waitUntil(async () => {
      await vi.advanceTimersByTimeAsync(1_000);
      return seen.length === 4;
    });
    await reads;
    expect(seen).toStrictEqual([1, 2, 3, 4]);
    expect(ids.at(-1)).toBe("1");
  });

  it("go on where a connection has been silent for longer than the server ever is, as after a sleep", async () => {
    const silent = (answer: Response) => {
      const stream = inPieces(answer, 1_000).body?.getReader();
      let pieces = 0;
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
        pieces += 1;
        if (pieces > 3) await new Promise(() => {});
        const { value } = (await stream?.read()) ?? {};
        if (value) controller.enqueue(value);
      };
      return new Response(new ReadableStream({ pull }), answer);
    };
    const { client, ids } = await reading((answer, call) => (call === 1 ? silent(answer) : answer));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const all = numbers(client);
    await vi.waitUntil(async () => {
      await vi.advanceTimersByTimeAsync(10_000);
      return ids.length === 2;
    });
    expect(await all).toStrictEqual([1, 2, 3, 4]);
    expect(ids).toStrictEqual([null, "2"]);
  });

  it("fail like any other call where there is no network at first", async () => {
    const { client } = await reading(() => {
      throw new TypeError("Failed to fetch");
    });
    await expect(numbers(client)).rejects.toThrow("Failed to fetch");
  });

  it("end by the problem that the server ends them with, or refuses them with", async () => {
    const { client, ids } = await reading();
    await expect(numbers(client, "?end=revocation")).rejects.toMatchObject({ problem: { code: "invalid_token" } });
    await expect(numbers(client, "?end=never")).rejects.toMatchObject({ problem: { code: "validation_failed" } });
    expect(ids).toHaveLength(2);
  });

  it("end where the server has no more to tell, and fail where a runtime has no streams, as React Native", async () => {
    const { client } = await reading(() => new Response(null, { status: 204 }));
    expect(await numbers(client)).toStrictEqual([]);
    const { client: streamless } = await reading(() => new Response(null));
    await expect(numbers(streamless)).rejects.toThrow("This runtime has no streams.");
  });

  it("end with the reason of a signal", async () => {
    const stop = new AbortController();
    const { client } = await reading((answer) => inPieces(answer, 1_000, 2));
    const seen: number[] = [];
    const read = async () => {
      for await (const { data } of events<Tick>(client, (resuming) => client.GET(path, resuming), stop.signal)) {
        seen.push(data.number);
        stop.abort(new Error("Enough"));
      }
    };
    await expect(read()).rejects.toThrow("Enough");
    expect(seen).toStrictEqual([1]);
  });

  it("are not read on as somebody else", async () => {
    const { client, ids } = await reading((answer) => inPieces(answer, 1_000, 2));
    const read = async () => {
      for await (const _ of events<Tick>(client, (resuming) => client.GET(path, resuming)))
        await client.session.signOut();
    };
    await expect(read()).rejects.toThrow("The user has changed.");
    expect(ids).toStrictEqual([null]);
  });
});
