/** On Workers alone: KV keeps what is computed. Node keeps it in memory. */
import { describe, expect, it, vi } from "vitest";
import { aUser, bindings, unique } from "../harness.ts";
import { keeping } from "./keeping.ts";

describe("a KV namespace for the cache", () => {
  // Bound by vitest.config.ts.
  const CACHE = bindings.TEST_KV as KVNamespace;
  const own = { ...bindings, CACHE };

  it("keeps what an endpoint computes, until it is evicted, and at least for KV's minute", async () => {
    const ada = await aUser();
    const put = vi.spyOn(CACHE, "put");
    const app = keeping((of) => of, { bindings: own });
    const path = `/user/own?seconds=10&key=${unique()}`;
    const ask = async () => (await app.as(ada).get(path)).body.computed;
    expect([await ask(), await ask()]).toStrictEqual([1, 1]);
    expect(put.mock.calls.map(([, , options]) => options)).toStrictEqual([{ expirationTtl: 60 }]);
    await app.as(ada).post(path.replace("/user/own", "/forget"));
    expect([await ask(), await ask()]).toStrictEqual([2, 2]);
  });

  it("shows nothing for longer than its seconds, though KV has it", async () => {
    const ada = await aUser();
    let later = 0;
    const deps = { now: () => new Date(Date.now() + later) };
    const app = keeping((of) => of, { bindings: own, deps });
    const path = `/user/own?seconds=10&key=${unique()}`;
    await app.as(ada).get(path);
    later = 11_000;
    expect((await app.as(ada).get(path)).body.computed).toBe(2);
  });
});
