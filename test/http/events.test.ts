import { sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { sessions } from "../../src/db/schema.ts";
import { endpoint } from "../../src/endpoint/endpoint.ts";
import { eventsOf, type ToldEvent, tellEvents } from "../../src/http/events.ts";
import { aUser, db, serve } from "../harness.ts";

const Tick = z.object({ number: z.int() });
let ended = 0;
const { promise: late, resolve: comeLate } = Promise.withResolvers<void>();
const { promise: night, resolve: endNight } = Promise.withResolvers<void>();

const tellTicks = endpoint(
  {
    method: "get",
    path: "/ticks",
    operationId: "tellTicks",
    tags: ["operations"],
    summary: "Tell ticks",
    description: "As they come, until `?until=`.",
    access: "user",
    request: {
      query: z.object({ until: z.enum(["2", "fault", "revocation", "wrong", "forged", "gone", "late", "quiet"]) }),
    },
    responses: { 200: eventsOf("Tick", "Ticks") },
  },
  async (c) => {
    const { db: asCaller, run, user } = c.var;
    const { until } = c.req.valid("query");
    async function* ticks(): AsyncGenerator<ToldEvent> {
      try {
        if (until === "late") await late;
        if (until === "quiet") await night;
        for (const id of ["1", "2"]) {
          const { rows } = await run(
            asCaller.execute<{ number: number }>(sql`select ${id}::int as number, 'x' as own`),
          );
          yield* rows.map((data) => ({ id, data }));
        }
        if (until === "fault") await run(asCaller.execute(sql`select 1 / 0 as ${sql.identifier(user.id)}`));
        if (until === "revocation") {
          await db.update(sessions).set({ revoked_at: sql`now()` }).where(sql`${sessions.user_id} = ${user.id}`);
          await run();
        }
        if (until === "wrong") yield { data: { number: "three" } };
        while (until === "gone") {
          await new Promise((resume) => setTimeout(resume, 10));
          yield { data: { number: 3 } };
        }
        if (until === "forged") yield { id: "3\ndata: forged", data: { number: 3 } };
      } finally {
        ended += 1;
      }
    }
    return tellEvents(c, Tick, ticks());
  },
);

const app = serve({ endpoints: [tellTicks], mayFail: true });
const both = ':\n\nid: 1\ndata: {"number":1}\n\nid: 2\ndata: {"number":2}\n\n';

describe("events", () => {
  it("are told as they come, each as its schema has it, and end", async () => {
    const { status, text, headers, roundTrips } = await app.as(await aUser()).get("/ticks?until=2");
    expect([status, text]).toStrictEqual([200, both]);
    expect([headers.get("Content-Type"), headers.get("Cache-Control"), roundTrips]).toStrictEqual([
      ...["text/event-stream", "no-store", 1],
    ]);
    expect((await app.get("/ticks?until=2")).status).toBe(401);
  });

  it("are refused by the status where the guard refuses, before there is any", async () => {
    const ada = await aUser();
    await db.update(sessions).set({ revoked_at: sql`now()` }).where(sql`${sessions.user_id} = ${ada.id}`);
    expect((await app.as(ada).get("/ticks?until=2")).status).toBe(401);
  });

  it.each([
    ["fault", "internal", "error"],
    ["wrong", "internal", "error"],
    ["forged", "internal", "error"],
    ["revocation", "invalid_token", "warn"],
  ] as const)("end with the problem for a %s on the way, which is logged once", async (until, code, level) => {
    const ada = await aUser();
    const earlier = app.logs.length;
    const { text } = await app.as(ada).get(`/ticks?until=${until}`);
    expect(text.slice(0, both.length)).toBe(both);
    const [, data = ""] = /^event: error\ndata: (.+)\n\n$/.exec(text.slice(both.length)) ?? [];
    const problem = JSON.parse(data);
    expect(problem).toMatchObject({ type: "about:blank", code, request_id: expect.any(String) });
    const lines = app.logs.slice(earlier).filter(({ message }) => message !== "request");
    expect(lines).toMatchObject([{ level, message: "events broken off", operation_id: "tellTicks", user_id: ada.id }]);
    expect(lines[0]).toMatchObject({ request_id: problem.request_id, code });
    expect("cause" in (lines[0] ?? {})).toBe(code === "internal");
  });

  it("begin their answer before the first of them comes", async () => {
    const { token } = await aUser();
    const headers = { Authorization: `Bearer ${token}` };
    const asked = app.fetch(new Request("https://api.example.com/api/v1/ticks?until=late", { headers }));
    const tooLate = new Promise((resolve) => setTimeout(resolve, 2_000, "no answer"));
    const answer = await Promise.race([asked, tooLate]);
    comeLate();
    expect(answer).toBeInstanceOf(Response);
    expect(await (await asked).text()).toBe(both);
  });

  it("end their source when the reader goes", async () => {
    const { token } = await aUser();
    const before = ended;
    const headers = { Authorization: `Bearer ${token}` };
    const { body } = await app.fetch(new Request("https://api.example.com/api/v1/ticks?until=gone", { headers }));
    const reader = body?.getReader();
    for (let i = 0; i < 3; i += 1) await reader?.read();
    expect(ended).toBe(before);
    await reader?.cancel();
    await vi.waitFor(() => expect(ended).toBe(before + 1));
  });

  it("keep a quiet connection open by comments until the reader goes, who is no fault", async () => {
    const { token } = await aUser();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const headers = { Authorization: `Bearer ${token}` };
      const { body } = await app.fetch(new Request("https://api.example.com/api/v1/ticks?until=quiet", { headers }));
      const reader = body?.getReader();
      const read = async () => new TextDecoder().decode((await reader?.read())?.value);
      const earlier = app.logs.length;
      const before = ended;
      const told = [await read()];
      for (let i = 0; i < 3; i += 1) {
        const next = read();
        await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
        vi.advanceTimersByTime(15_000);
        told.push(await next);
      }
      expect(told).toStrictEqual([":\n\n", ":\n\n", ":\n\n", ":\n\n"]);
      const left = reader?.cancel();
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
      endNight();
      await left;
      await vi.waitFor(() => expect(ended).toBe(before + 1));
      expect(app.logs.slice(earlier)).toStrictEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});
