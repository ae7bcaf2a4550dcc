import { describe, expect, it } from "vitest";
import { securitySchemeOf } from "../../src/middleware/signature.ts";
import { isCreation } from "../../src/middleware/versions.ts";
import { type Call, called, send, withHeaders } from "../calls.ts";
import { type Answer, serve } from "../harness.ts";

const having = (word: "batch" | "idempotent" | "versioned" | "paged" | "ranged" | "cached" | "signed") =>
  called.filter(({ endpoint }) => endpoint.contract[word]);

describe("promise 18: a word of a declaration holds", () => {
  it.each(having("idempotent"))(
    "idempotent: $operationId answers a repetition as the first time",
    async ({ endpoint, make }) => {
      const call = withHeaders(await make(), { "Idempotency-Key": crypto.randomUUID() });
      const first = await send(endpoint, call);
      expect(first.status, first.text).toBeLessThan(300);
      expect(first.headers.get("Idempotent-Replayed")).toBeNull();
      const again = await send(endpoint, call);
      expect(again.headers.get("Idempotent-Replayed")).toBe("true");
      expect([again.status, again.text]).toStrictEqual([first.status, first.text]);
      for (const name of ["ETag", "Location"]) expect(again.headers.get(name)).toBe(first.headers.get(name));
      const body = call.body === undefined ? { json: { ...call.json, other: 1 } } : { body: "another" };
      const other = await send(endpoint, { ...call, ...body });
      expect(other.status).toBe(422);
    },
  );

  it.each(having("batch"))(
    "batch: $operationId carries out no operation where one fails, and all of them otherwise",
    async ({ endpoint, make }) => {
      const call = await make();
      const operations = [call.json?.operations ?? []].flat();
      const failing = [...operations, { op: "delete", id: crypto.randomUUID() }];
      const refused = await send(endpoint, { ...call, json: { ...call.json, operations: failing } });
      expect(refused.status).toBe(404);
      expect(refused.body.errors).toMatchObject([
        { loc: ["body", "operations", operations.length], type: "not_found" },
      ]);
      const { status, body } = await send(endpoint, call);
      expect([status, body.results.length]).toStrictEqual([200, operations.length]);
    },
  );

  const [reads, changes] = [
    having("versioned").filter(({ endpoint }) => endpoint.route.method === "get"),
    having("versioned").filter(({ endpoint }) => endpoint.route.method !== "get" && !isCreation(endpoint.contract)),
  ];
  const withHeader = async (make: () => Promise<Call>, name: string, tag: string) =>
    withHeaders(await make(), { [name]: tag });

  it.each(reads)(
    "versioned: $operationId tells its version, and sends nothing to whom it is known",
    async ({ endpoint, make }) => {
      const call = await make();
      const answer = await send(endpoint, call);
      const tag = answer.headers.get("ETag") ?? "";
      expect(tag).toMatch(/^"[^"]+"$/);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
        const again = await send(endpoint, withHeaders(call, { "If-None-Match": known }));
        expect([again.status, again.text, again.headers.get("ETag")]).toStrictEqual([304, "", tag]);
      }
      expect((await send(endpoint, withHeaders(call, { "If-Match": '"other"' }))).status).toBe(412);
    },
  );

  it.each(changes)(
    "versioned: $operationId changes no version but the one that is meant",
    async ({ endpoint, make }) => {
      expect((await send(endpoint, await withHeader(make, "If-Match", '"987654"'))).status).toBe(412);
      expect((await send(endpoint, await withHeader(make, "If-None-Match", "*"))).status).toBe(412);
      expect((await send(endpoint, await withHeader(make, "If-Match", "987654"))).status).toBe(400);
      expect((await send(endpoint, await withHeader(make, "If-Match", "*"))).status).toBeLessThan(300);
    },
  );

  it.each(having("cached"))(
    "promise 19, cached: $operationId is anybody's to keep, and known by its tag",
    async ({ endpoint, make }) => {
      const call = await make();
      const answer = await send(endpoint, call);
      expect(answer.headers.get("Cache-Control")).toMatch(/^public, max-age=\d+/);
      const known = { "If-None-Match": answer.headers.get("ETag") ?? "" };
      expect((await send(endpoint, withHeaders(call, known))).status).toBe(304);
    },
  );

  it.each([...having("cached"), ...having("ranged")])(
    "cached or ranged: $operationId answers 412 for another representation, before any other condition",
    async ({ endpoint, make }) => {
      const call = await make();
      const ask = (headers: Record<string, string>) => send(endpoint, withHeaders(call, headers));
      const tag = (await ask({})).headers.get("ETag") ?? "";
      for (const more of [{}, { Range: "bytes=1-" }, { "If-None-Match": tag }]) {
        const refused = await ask({ "If-Match": '"other"', ...more });
        expect([refused.status, refused.body.code]).toStrictEqual([412, "precondition_failed"]);
        expect(refused.headers.get("Cache-Control")).toBe("no-store");
      }
      expect((await ask({ "If-Match": "other" })).status).toBe(400);
      for (const meant of [tag, `"other", ${tag}`, "*"]) expect((await ask({ "If-Match": meant })).status).toBe(200);
    },
  );

  it.each(having("ranged"))(
    "ranged: $operationId answers a file whole, in part, or not at all to whom it is known",
    async ({ endpoint, make }) => {
      const call = await make();
      const ask = (headers: Record<string, string>) => send(endpoint, withHeaders(call, headers));
      const whole = await ask({});
      const [tag, size] = [whole.headers.get("ETag") ?? "", whole.headers.get("Content-Length")];
      expect(tag).toMatch(/^"[^"]+"$/);
      const one = await ask({ Range: "bytes=0-0" });
      expect([one.status, one.headers.get("Content-Range")]).toStrictEqual([206, `bytes 0-0/${size}`]);
      const none = await ask({ Range: `bytes=${size}-` });
      expect([none.status, none.headers.get("Content-Range")]).toStrictEqual([416, `bytes */${size}`]);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
        const again = await ask({ "If-None-Match": known, Range: "bytes=0-0" });
        expect([again.status, again.text, again.headers.get("ETag")]).toStrictEqual([304, "", tag]);
      }
    },
  );

  it.each(having("signed"))(
    "promise 51, signed: $operationId takes nothing that its sender did not sign",
    async ({ endpoint, make }) => {
      const call = await make();
      // The harness signs what has no header of a signature.
      expect((await send(endpoint, call)).status).toBeLessThan(300);
      const [name = ""] = Object.keys(endpoint.contract.signed ? securitySchemeOf(endpoint.contract.signed) : {});
      for (const forged of ["", "v1,forged", `v1=${"0".repeat(64)}`]) {
        const refused = await send(endpoint, withHeaders(call, { [name]: forged }));
        expect([refused.status, refused.body.code]).toStrictEqual([403, "invalid_signature"]);
      }
    },
  );

  const verified = called.filter(({ endpoint }) => endpoint.contract.request?.body?.upload?.verified);

  it.each(verified)(
    "verified: $operationId takes no body of an unknown size, of another type or of another digest",
    async ({ endpoint, make }) => {
      const { body, headers = {}, ...call } = await make();
      const bytes = new Uint8Array(await new Response(body ?? null).arrayBuffer());
      const ask = (body: BodyInit, more = {}) => send(endpoint, { ...call, body, headers: { ...headers, ...more } });
      expect((await ask(new Blob([bytes]).stream())).status).toBe(411);
      expect((await ask(new Uint8Array(bytes.length))).status).toBe(415);
      const digest = `sha-256=:${Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("base64")}:`;
      const other = await ask(Uint8Array.from([...bytes, 0]), { "Repr-Digest": digest });
      expect([other.status, other.body.errors?.[0].type]).toStrictEqual([422, "digest_mismatch"]);
      expect((await ask(bytes, { "Repr-Digest": "sha-256=:no:" })).status).toBe(400);
      expect((await ask(bytes, { "Repr-Digest": digest })).status).toBeLessThan(300);
    },
  );

  // Keeps no answer: the pages of a list would be of several times.
  const nothing = { match: async () => undefined, put: async () => {}, delete: async () => {} };
  const uncached = serve({ deps: { answers: nothing } });
  describe.each(having("paged"))("paged: $operationId", ({ operationId, endpoint, make }) => {
    type List = Awaited<ReturnType<typeof make>>;
    const page = (call: List, query: Record<string, string>) => {
      const { pathname, searchParams } = new URL(call.path, "https://api.example.com");
      const path = `${pathname}?${new URLSearchParams({ ...Object.fromEntries(searchParams), ...query })}`;
      return send(endpoint, { ...call, path }, uncached);
    };
    const idsOf = (answer: Answer): string[] => answer.body.items.map(({ id }: { id: string }) => id);
    const needed = `${operationId} needs a call with two rows or more`;

    it("shows each row once over all pages, links them, and holds its limit", async () => {
      const call = await make();
      const all = idsOf(await page(call, { limit: "99" }));
      expect(all.length, needed).toBeGreaterThan(1);
      const limit = Math.ceil(all.length / 3);
      let answer = await page(call, { limit: String(limit) });
      const seen = idsOf(answer);
      while (seen.length < all.length) {
        const [, next = ""] = /^<(.+)>; rel="next"$/.exec(answer.headers.get("Link") ?? "") ?? [];
        expect(new URL(next, "https://api.example.com").searchParams.get("cursor")).toBe(answer.body.next_cursor);
        answer = await send(endpoint, { ...call, path: next }, uncached);
        expect(answer.body.items.length).toBeLessThanOrEqual(limit);
        seen.push(...idsOf(answer));
      }
      expect(seen.slice(0, all.length)).toStrictEqual(all);
      expect(answer.headers.has("Link")).toBe(answer.body.next_cursor !== null);
      for (const wrong of ["0", "101", "a"]) expect((await page(call, { limit: wrong })).status, wrong).toBe(422);
    });

    it("refuses a cursor that is garbled, of another caller or of another list", async () => {
      const call = await make();
      const { next_cursor: cursor } = (await page(call, { limit: "1" })).body;
      expect(cursor, needed).not.toBeNull();
      const wrong = [`${cursor.slice(0, -1)}${cursor.endsWith("A") ? "B" : "A"}`, cursor.slice(1), "nonsense"];
      for (const other of having("paged").filter((one) => one.endpoint !== endpoint)) {
        const { path, ...call } = await other.make();
        const answer = await send(other.endpoint, { ...call, path: `${path.split("?")[0]}?limit=1` });
        wrong.push(answer.body.next_cursor);
      }
      for (const one of wrong) {
        const answer = await page(call, { cursor: one });
        expect([answer.status, answer.body.code], one).toStrictEqual([400, "invalid_cursor"]);
      }
      if (call.token === undefined) return;
      const foreign = await page(await make(), { limit: "1", cursor });
      expect([foreign.status, foreign.body.code]).toStrictEqual([400, "invalid_cursor"]);
    });
  });
});
