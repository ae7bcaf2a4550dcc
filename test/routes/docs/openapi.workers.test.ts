/** On Workers alone: gives one app two settings, and counts in its isolate. A server on Node has one. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { endpoints } from "../../../src/routes/index.ts";
import type { Bindings } from "../../../src/settings.ts";
import { answerOf, appUnderTest, bindings, deps } from "../../runtime/worker.ts";

const app = appUnderTest(endpoints, { ...deps, log: () => {} });
const url = "https://api.example.com/api/v1/openapi.json";
const ask = (own: Bindings = bindings, headers = {}) => answerOf(app, new Request(url, { headers }), own);
const tagOf = ({ headers }: Response) => headers.get("ETag");

afterEach(() => void vi.restoreAllMocks());

describe("GET /openapi.json", () => {
  it("makes the document and its tag once: a second request serialises and digests nothing", async () => {
    const first = await ask();
    const spies = [
      vi.spyOn(JSON, "stringify"),
      vi.spyOn(crypto.subtle, "digest"),
      // An answer is read where its tag is not known.
      ...(["clone", "arrayBuffer", "text", "json"] as const).map((name) => vi.spyOn(Response.prototype, name)),
    ];
    const again = await ask();
    const known = await ask(bindings, { "If-None-Match": tagOf(again) ?? "" });
    const calls = spies.map((spy) => [spy.getMockName(), spy.mock.calls.length]);
    vi.restoreAllMocks();
    expect(calls.filter(([, count]) => count !== 0)).toStrictEqual([]);
    expect([again.status, known.status]).toStrictEqual([200, 304]);
    expect(await known.text()).toBe("");
    expect([tagOf(again), tagOf(known)]).toStrictEqual([tagOf(first), tagOf(first)]);
    expect(await again.text()).toBe(await first.text());
  });

  it("has a document of its own, and its tag, for other settings of the same isolate", async () => {
    const [one, other] = [await ask(), await ask({ ...bindings, PROJECT_NAME: "Another" })];
    expect((await other.json<{ info: object }>()).info).toMatchObject({ title: "Another" });
    expect(tagOf(other)).not.toBe(tagOf(one));
    const wrong = await ask({ ...bindings, PROJECT_NAME: "Another" }, { "If-None-Match": tagOf(one) ?? "" });
    expect(wrong.status).toBe(200);
  });

  it("has the same tag in another isolate, which answers the same", async () => {
    const other = appUnderTest(endpoints, { ...deps, log: () => {} });
    const answer = await answerOf(other, new Request(url), bindings);
    expect(tagOf(answer)).toBe(tagOf(await ask()));
  });
});
