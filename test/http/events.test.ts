import { sql } from "drizzle-orm";
import { streamSSE } from "hono/streaming";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { endpoint } from "../../src/endpoint/endpoint.ts";
import { headers } from "../../src/http/headers.ts";
import { aUser, serve } from "../harness.ts";

const tellEvents = endpoint(
  {
    method: "get",
    path: "/events",
    operationId: "tellEvents",
    tags: ["operations"],
    summary: "Tell events",
    description: "As they come.",
    access: "user",
    roundTrips: 3,
    responses: {
      200: {
        description: "Events",
        headers: headers("Cache-Control"),
        content: { "text/event-stream": { schema: z.string() } },
      },
    },
  },
  async (c) => {
    const { db, run } = c.var;
    // Asks the guard while the answer can still be a 401.
    await run();
    return streamSSE(c, async (stream) => {
      for (const id of ["1", "2"]) {
        const { rows } = await run(db.execute<{ data: string }>(sql`select ${`event ${id}`} as data`));
        for (const { data } of rows) await stream.writeSSE({ id, data });
      }
    });
  },
);

describe("events", () => {
  it("are told as they come, by Hono's streamSSE", async () => {
    const { as, get } = serve({ endpoints: [tellEvents] });
    const { status, text } = await as(await aUser()).get("/events");
    expect([status, text]).toStrictEqual([200, "data: event 1\nid: 1\n\ndata: event 2\nid: 2\n\n"]);
    expect((await get("/events")).status).toBe(401);
  });
});
