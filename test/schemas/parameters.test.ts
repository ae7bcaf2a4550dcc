import { describe, expect, it } from "vitest";
import { z } from "zod";
import { endpoint, json } from "../../src/endpoint/endpoint.ts";
import { endpoints } from "../../src/routes/index.ts";
import { decimal, Flag, listOf, Moment, wholeNumber } from "../../src/schemas/parameters.ts";
import { serve } from "../harness.ts";

const Read = z.object({
  count: z.number().optional(),
  price: z.number().optional(),
  amount: z.number().optional(),
  prices: z.array(z.number()).optional(),
  is: z.boolean().optional(),
  at: z.string().optional(),
});

const read = endpoint(
  {
    ...{ method: "get", path: "/read", operationId: "read", tags: ["operations"], summary: "Read a query" },
    ...{ description: "Answers what it read.", access: "public", roundTrips: 0 },
    request: {
      query: z.object({
        count: wholeNumber({ min: -9, max: 9_999 }).optional(),
        price: decimal({ min: -1_000, max: 1_000_000, places: 2 }).optional(),
        amount: decimal({ min: 0, max: 1e15, places: 6 }).optional(),
        prices: listOf(decimal({ min: 0, max: 9, places: 6 })).optional(),
        is: Flag.optional(),
        at: Moment.optional(),
      }),
    },
    responses: { 200: json(Read, "The query") },
  },
  (c) => c.json(Read.parse(c.req.valid("query")), 200),
);
const document = endpoints.filter(({ policy }) => policy.operationId === "openapi");
const app = serve({ endpoints: [read, ...document] });
const ask = (query: string) => app.get(`/read?${query}`);

describe("a parameter of a query", () => {
  it.each<[string, object]>([
    ["price=9.99", { price: 9.99 }],
    ["price=0.07&count=12", { price: 0.07, count: 12 }],
    ["price=-12.5", { price: -12.5 }],
    ["price=1000000.00", { price: 1_000_000 }],
    ["price=007", { price: 7 }],
    ["price=999999.99", { price: 999_999.99 }],
    ["prices=0.1,0.2&prices=0.000001", { prices: [0.1, 0.2, 0.000001] }],
    ["is=false", { is: false }],
    ["at=2026-11-23t10:30:00%2B01:00", { at: "2026-11-23T09:30:00.000Z" }],
  ])("is read from its plain form: %s", async (query, expected) => {
    expect((await ask(query)).body).toStrictEqual(expected);
  });

  it("takes each number of the cent as its client writes it", async () => {
    for (let cents = 0; cents < 400; cents += 7) {
      const price = cents / 100;
      expect((await ask(`price=${price}`)).body).toStrictEqual({ price });
    }
  });

  const written = [
    "",
    "%20",
    "%205",
    "5%20",
    "5%00",
    "%0A5",
    "0x10",
    "1e3",
    "1E3",
    "%2B5",
    "1_000",
    "1,5",
    "½",
    "٣",
    "--5",
  ];
  const others = [
    ".5",
    "5.",
    "5.5.5",
    "Infinity",
    "-Infinity",
    "NaN",
    "null",
    "undefined",
    "true",
    "0b1",
    "0o7",
    "1n",
    "[]",
  ];
  it.each([...written, ...others, "9".repeat(400), `0.${"0".repeat(400)}`])("is no number: %s", async (text) => {
    for (const name of ["count", "price"]) {
      const answer = await ask(`${name}=${text}`);
      expect([answer.status, answer.body.errors?.[0]?.loc], name).toStrictEqual([422, ["query", name]]);
      expect(answer.body.errors[0].type).toBe("invalid_type");
    }
  });

  it.each([
    ["price=9.999", { type: "not_multiple_of", msg: "Must be a multiple of 0.01", ctx: { step: 0.01 } }],
    ["price=1000000.01", { type: "number_too_large", msg: "Must be 1000000 or less", ctx: { max: 1_000_000 } }],
    ["price=-1000.01", { type: "number_too_small", msg: "Must be -1000 or more", ctx: { min: -1_000 } }],
  ])("is refused by its rule: %s", async (query, fault) => {
    const answer = await ask(query);
    expect([answer.status, answer.body.errors]).toStrictEqual([422, [{ loc: ["query", "price"], ...fault }]]);
  });

  it.each(["700000000.12345678", "6000000000000.1234567"])("has too many places, large as it is: %s", async (text) => {
    expect((await ask(`amount=${text}`)).body.errors).toMatchObject([
      { loc: ["query", "amount"], type: "not_multiple_of", ctx: { step: 0.000001 } },
    ]);
  });

  it.each(["is=", "is=1", "is=0", "is=yes", "is=True", "is=%20true", "is=on"])("is no flag: %s", async (query) => {
    expect((await ask(query)).body.errors?.[0]).toMatchObject({ loc: ["query", "is"], type: "invalid_value" });
  });

  const days = ["", "1", "2026", "2026-11-23", "1790000000", "2026-02-30T00:00:00Z", "2026-11-23T09:30:00", "now"];
  it.each([...days, "2026-11-23T24:00:00Z", "0000-01-01T00:00:00Z", "+010000-01-01T00:00:00Z"])(
    "is no time: %s",
    async (text) => {
      const answer = await ask(`at=${encodeURIComponent(text)}`);
      expect([answer.status, answer.body.errors?.[0]?.loc]).toStrictEqual([422, ["query", "at"]]);
    },
  );

  it("is documented as the number that it is", async () => {
    const { body } = await app.get("/openapi.json");
    const { parameters } = body.paths["/api/v1/read"].get;
    expect(parameters.find(({ name }: { name: string }) => name === "price").schema).toStrictEqual({
      ...{ type: "number", minimum: -1_000, maximum: 1_000_000, multipleOf: 0.01 },
    });
  });
});
