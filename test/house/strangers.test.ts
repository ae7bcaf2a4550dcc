import { describe, expect, it } from "vitest";
import { called, send } from "../calls.ts";
import { aUser } from "../harness.ts";

const stranger = await aUser();
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\s\S]*-[0-9a-f]{12})/;
const named = called.filter(
  ({ endpoint: { policy, route } }) => policy.access !== "public" && route.path.includes("{"),
);

describe("promise 11: a stranger gets the same answer", () => {
  it.each(named)("by $operationId, whether or not there is such a thing", async ({ endpoint, make }) => {
    const { path, headers, ...call } = await make();
    expect(path).toMatch(uuid);
    const ask = (path: string) =>
      send(endpoint, { ...call, path, token: stranger.token, headers: { ...headers, "X-Request-Id": "same" } });
    const theirs = await ask(path);
    const nobodys = await ask(path.replace(uuid, crypto.randomUUID()));
    expect([403, 404]).toContain(theirs.status);
    expect([theirs.status, theirs.text]).toStrictEqual([nobodys.status, nobodys.text]);
  });
});
