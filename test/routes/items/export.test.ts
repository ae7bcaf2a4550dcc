import { parse } from "csv-parse/sync";
import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { items, sessions } from "../../../src/db/schema.ts";
import { endpoint } from "../../../src/endpoint/endpoint.ts";
import { download, downloadOf } from "../../../src/http/download.ts";
import { type Answer, api, aUser, db, serve } from "../../harness.ts";
import { aUserWithItems, many, open } from "./exports.ts";

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
    cast: (value, { header, quoting }) => {
      if (header || quoting) return value;
      if (value === "") return null;
      return value === "true" || value === "false" ? value === "true" : value;
    },
  });
const ndjson = (text: string) =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

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
    expect(table.text.startsWith(`${Object.keys(all[0])}\r\n`)).toBe(true);
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

  // More than what the sockets of a server take in ahead of the reader.
  it(`has each lasting item of ${many} once, and ends, while others come and go`, async () => {
    const user = await aUserWithItems(many);
    const { read, rest } = await open(user.token, "text/csv");
    let text = `${await read()}${await read()}`;
    const title = (n: number) => and(eq(items.owner_id, user.id), eq(items.title, `Item ${n}`));
    await db.update(items).set({ deleted_at: sql`now()` }).where(title(1));
    await db
      .update(items)
      .set({ deleted_at: sql`now()` })
      .where(title(many - 1));
    await db.update(items).set({ title: "Changed" }).where(title(2));
    await db
      .update(items)
      .set({ title: "Changed" })
      .where(title(many - 2));
    await user.post("/items", { title: "New" });
    text += await rest();
    const titles = csv(text).map((item) => item.title);
    expect(titles).toHaveLength(many - 1);
    expect(new Set(csv(text).map(({ id }) => id)).size).toBe(many - 1);
    expect(titles).toEqual(expect.arrayContaining(["Item 1", "Item 2", "Changed"]));
    for (const missing of [`Item ${many - 1}`, `Item ${many - 2}`, "New"]) expect(titles).not.toContain(missing);
  });

  it("promise 2: breaks off when the session ends, and does not look whole", async () => {
    const user = await aUserWithItems(many);
    const { read, rest, logs } = await open(user.token);
    await read();
    await db.update(sessions).set({ revoked_at: sql`now()` }).where(eq(sessions.id, user.sessionId));
    await expect(rest()).rejects.toThrow();
    expect(logs.at(-1)).toStrictEqual({
      level: "warn",
      message: "download broken off",
      request_id: expect.any(String),
      operation_id: "exportItems",
      user_id: user.id,
      code: "invalid_token",
    });
  });
});
