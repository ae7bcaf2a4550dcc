import { describe, expect, it } from "vitest";
import { called, send } from "../calls.ts";

const having = (word: "idempotent" | "versioned" | "cached") =>
  called.filter(({ endpoint }) => endpoint.contract[word]);

describe("promise 18: a word of a declaration holds", () => {
  it.each(having("idempotent"))(
    "idempotent: $operationId answers a repetition as the first time",
    async ({ endpoint, make }) => {
      const call = { ...(await make()), headers: { "Idempotency-Key": crypto.randomUUID() } };
      const first = await send(endpoint, call);
      expect(first.status, first.text).toBeLessThan(300);
      expect(first.headers.get("Idempotent-Replayed")).toBeNull();
      const again = await send(endpoint, call);
      expect(again.headers.get("Idempotent-Replayed")).toBe("true");
      expect([again.status, again.text]).toStrictEqual([first.status, first.text]);
      for (const name of ["ETag", "Location"]) expect(again.headers.get(name)).toBe(first.headers.get(name));
      const other = await send(endpoint, { ...call, json: { ...(await make()).json, other: 1 } });
      expect(other.status).toBe(422);
    },
  );

  const [reads, changes] = [
    having("versioned").filter(({ endpoint }) => endpoint.route.method === "get"),
    having("versioned").filter(({ endpoint }) => ["put", "patch", "delete"].includes(endpoint.route.method)),
  ];
  const withHeader = async (make: () => Promise<{ path: string }>, name: string, tag: string) => ({
    ...(await make()),
    headers: { [name]: tag },
  });

  it.each(reads)(
    "versioned: $operationId tells its version, and sends nothing to whom it is known",
    async ({ endpoint, make }) => {
      const call = await make();
      const answer = await send(endpoint, call);
      const tag = answer.headers.get("ETag") ?? "";
      expect(tag).toMatch(/^"[^"]+"$/);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
        const again = await send(endpoint, { ...call, headers: { "If-None-Match": known } });
        expect([again.status, again.text, again.headers.get("ETag")]).toStrictEqual([304, "", tag]);
      }
      expect((await send(endpoint, { ...call, headers: { "If-Match": '"other"' } })).status).toBe(412);
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
      expect((await send(endpoint, { ...call, headers: known })).status).toBe(304);
    },
  );
});
