import { parse } from "csv-parse/sync";
import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { connect } from "../../../src/db/client.ts";
import { items, sessions } from "../../../src/db/schema.ts";
import type { RoundTrips } from "../../../src/db/wire.ts";
import { endpoint } from "../../../src/endpoint/endpoint.ts";
import { download, downloadOf } from "../../../src/http/download.ts";
import { type Answer, api, aUser, db, isThorough, serve } from "../../harness.ts";

const many = isThorough ? 100_000 : 20_000;
const hostile = [
  'He said "no", twice',
  'a""b',
  '"',
  ",",
  " spaces around ",
  "one\ntwo\r\nthree\rfour",
  '=HYPERLINK("http://evil.example","x")',
  "+1",
  "-1",
  "@SUM(A1)",
  "\tTab\u0001\u001f\u007f",
  "Zoë 東京 👩‍👩‍👧 𝒳 \u202e\u2028\u2029\ufeff",
  "\\N",
  "null",
  "';--",
  '{"a":1}',
];

const csv = (text: string): Record<string, unknown>[] =>
  parse(text, {
    columns: true,
    cast: (value, { header, quoting, column }) => {
      if (header || quoting) return value;
      return column === "is_public" ? value === "true" : value === "" ? null : value;
    },
  });
const ndjson = (text: string) =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** A user with so many items, seven of which share each moment. */
async function aUserWithItems(count: number) {
  const user = await aUser();
  await db.execute(sql`insert into items (id, owner_id, title, description, created_at)
    select gen_random_uuid(), ${user.id}::uuid, 'Item ' || n, repeat('x', n % 100), now() - make_interval(mins => n / 7)
    from generate_series(1, ${count}::int) n`);
  return user;
}

/** An export that is read as slowly as the test likes; `trips` is what it has spent so far. */
async function open(token: string, accept = "*/*") {
  let trips: RoundTrips = { count: 0, milliseconds: 0 };
  const app = serve({
    deps: {
      connect: (settings, own) => {
        trips = own;
        return connect(settings, own);
      },
    },
  });
  const headers = { Authorization: `Bearer ${token}`, Accept: accept };
  const response = await app.fetch(new Request("https://api.example.com/api/v1/items/export", { headers }));
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const read = async () => {
    const { done, value } = await reader.read();
    return done ? undefined : decoder.decode(value, { stream: true });
  };
  const rest = async () => {
    let text = "";
    for (let chunk = await read(); chunk !== undefined; chunk = await read()) text += chunk;
    return text;
  };
  return { response, reader, read, rest, trips: () => trips.count, logs: app.logs };
}

describe("GET /items/export", () => {
  it("has exactly the list's data in both formats", async () => {
    const ada = await aUser();
    const stranger = await aUser();
    await stranger.post("/items", { title: "Not yours" });
    for (const title of hostile) {
      expect((await ada.post("/items", { title, description: title })).status).toBe(201);
    }
    for (const description of ["", null]) {
      await ada.post("/items", { title: "t", description, is_public: true });
    }
    const deleted = await ada.post("/items", { title: "Deleted" });
    await ada.delete(`/items/${deleted.body.id}`);

    const { items } = (await ada.get("/items?limit=100")).body;
    const all = items.map(({ etag: _etag, ...item }: { etag: string }) => item);
    expect(all).toHaveLength(hostile.length + 2);
    const get = (accept: string): Promise<Answer> => ada.get("/items/export", { headers: { Accept: accept } });
    const [lines, table] = [await get("application/x-ndjson"), await get("text/csv")];
    expect(ndjson(lines.text)).toStrictEqual(all);
    expect(csv(table.text)).toStrictEqual(all);
    expect(table.text.startsWith("id,owner_id,title,description,is_public,created_at,updated_at\r\n")).toBe(true);
    expect(lines.headers.get("Content-Disposition")).toBe('attachment; filename="items.ndjson"');
    expect(table.headers.get("Content-Disposition")).toBe('attachment; filename="items.csv"');
    expect(table.headers.get("Content-Type")).toBe("text/csv; charset=utf-8; header=present");
    expect(table.headers.get("Cache-Control")).toBe("no-store");
  });

  it("keeps each field under its name: lists and objects as JSON, what is missing as null", async () => {
    const ada = await aUser();
    const Row = z.object({
      list: z.array(z.string()),
      "a,b": z.object({ x: z.number() }).optional(),
      number: z.number().nullable(),
      last: z.string(),
    });
    const rows = [
      { list: ["x", 'y "z"'], "a,b": { x: 1 }, number: -1.5, last: "n" },
      { list: [], number: null, last: "" },
    ];
    const own = endpoint(
      {
        ...({ method: "get", path: "/rows", operationId: "rows", tags: ["items"], access: "user" } as const),
        summary: "Download rows",
        description: "Downloads rows.",
        responses: { 200: downloadOf("Row", "Rows") },
        errors: ["not_acceptable"],
      },
      async (c) => {
        async function* pages() {
          await c.var.run(c.var.db.execute(sql`select 1`));
          yield rows;
        }
        return download(c, "rows", Row, pages());
      },
    );
    const answer = await serve({ endpoints: [own] }).get("/rows", {
      token: ada.token,
      headers: { Accept: "text/csv" },
    });
    expect(answer.text.split("\r\n")).toStrictEqual([
      'list,"a,b",number,last',
      '"[""x"",""y \\""z\\""""]","{""x"":1}",-1.5,"n"',
      '"[]",,,""',
      "",
    ]);
  });

  it("of no items is an empty file, or a header alone", async () => {
    const ada = await aUser();
    expect((await ada.get("/items/export")).text).toBe("");
    const table = await ada.get("/items/export", { headers: { Accept: "text/csv" } });
    expect(table.text).toMatch(/^id,[a-z_,]+\r\n$/);
    expect(csv(table.text)).toStrictEqual([]);
  });

  it("answers 406 if neither format is acceptable, and varies by Accept and Origin", async () => {
    const ada = await aUser();
    for (const [accept, status] of [
      ["application/json", 406],
      ["*/*", 200],
    ] as const) {
      for (const origin of ["https://app.example.com", "https://other.example"]) {
        const answer = await ada.get("/items/export", { headers: { Accept: accept, Origin: origin } });
        expect(answer.status).toBe(status);
        expect(answer.headers.get("Vary")?.split(/, */).toSorted()).toStrictEqual(["Accept", "Origin"]);
        if (status === 406) expect(answer.body.code).toBe("not_acceptable");
      }
    }
  });

  it("answers HEAD as GET, for one page's round trip", async () => {
    const { token } = await aUserWithItems(1_000);
    const head = await api.call("HEAD", "/items/export", { token, headers: { Accept: "text/csv" } });
    expect(head.status).toBe(200);
    expect(head.headers.get("Content-Disposition")).toBe('attachment; filename="items.csv"');
    expect(head.roundTrips).toBe(1);
  });

  it(`streams ${many} items, each once, and never more than a page ahead of its reader`, async () => {
    const user = await aUserWithItems(many);
    const { read, trips } = await open(user.token);
    expect(trips()).toBe(1);
    let [chunks, largest, carried] = [0, 0, ""];
    const ids: string[] = [];
    for (let chunk = await read(); chunk !== undefined; chunk = await read()) {
      chunks += 1;
      expect(trips()).toBeLessThanOrEqual(chunks);
      largest = Math.max(largest, chunk.length);
      const lines = (carried + chunk).split("\n");
      carried = lines.pop() ?? "";
      for (const line of lines) ids.push(JSON.parse(line).id);
    }
    expect(carried).toBe("");
    expect(ids).toHaveLength(many);
    expect(new Set(ids).size).toBe(many);
    expect(chunks).toBe(many / 200);
    expect(largest).toBeLessThan(100_000);
  }, 120_000);

  it("has each lasting item once, and ends, while others come and go", async () => {
    const user = await aUserWithItems(1_000);
    const { read, rest } = await open(user.token, "text/csv");
    let text = `${await read()}${await read()}`;
    const title = (n: number) => and(eq(items.owner_id, user.id), eq(items.title, `Item ${n}`));
    await db.update(items).set({ deleted_at: sql`now()` }).where(title(1));
    await db.update(items).set({ deleted_at: sql`now()` }).where(title(999));
    await db.update(items).set({ title: "Changed" }).where(title(2));
    await db.update(items).set({ title: "Changed" }).where(title(998));
    await user.post("/items", { title: "New" });
    text += await rest();
    const titles = csv(text).map((item) => item.title);
    expect(titles).toHaveLength(999);
    expect(new Set(csv(text).map(({ id }) => id)).size).toBe(999);
    expect(titles).toEqual(expect.arrayContaining(["Item 1", "Item 2", "Changed"]));
    for (const missing of ["Item 999", "Item 998", "New"]) expect(titles).not.toContain(missing);
  });

  it("promise 2: breaks off when the session ends, and does not look whole", async () => {
    const user = await aUserWithItems(1_000);
    const { read, rest, logs } = await open(user.token);
    expect(ndjson((await read()) ?? "")).toHaveLength(200);
    await db.update(sessions).set({ revoked_at: sql`now()` }).where(eq(sessions.id, user.sessionId));
    await expect(rest()).rejects.toThrow("The download was broken off");
    expect(logs.at(-1)).toStrictEqual({
      level: "warn",
      message: "download broken off",
      request_id: expect.any(String),
      operation_id: "exportItems",
      user_id: user.id,
      code: "invalid_token",
    });
  });

  it("promise 20: breaks off when the database fails on the way, and the log says why", async () => {
    const user = await aUserWithItems(1_000);
    let calls = 0;
    const real = globalThis.fetch;
    const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(async (...call) => {
      calls += 1;
      if (calls > 2) throw new Error("Network connection lost.");
      return real(...call);
    });
    const app = serve();
    const headers = { Authorization: `Bearer ${user.token}` };
    const response = await app.fetch(new Request("https://api.example.com/api/v1/items/export", { headers }));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    fetching.mockRestore();
    // A read is sent once more.
    expect(calls).toBe(4);
    expect(app.logs.at(-1)).toMatchObject({ level: "error", code: "database_unavailable", cause: { fault: "reset" } });
    expect(JSON.stringify(app.logs)).not.toContain(user.username);
  });

  it("asks for nothing more once the reader has gone", async () => {
    const user = await aUserWithItems(1_000);
    const { read, reader, trips } = await open(user.token);
    await read();
    await reader.cancel();
    expect(trips()).toBe(1);
  });
});
