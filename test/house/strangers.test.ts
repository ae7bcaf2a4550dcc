import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { called, send } from "../calls.ts";
import { parametersIn } from "../examples.ts";
import { aUser } from "../harness.ts";

const stranger = await aUser();
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\s\S]*-[0-9a-f]{12})/;
const named = called.filter(
  ({ endpoint: { policy, route } }) => policy.access !== "public" && route.path.includes("{"),
);

/** The path of something else, which is nobody's: another id, or another key of the form of the last parameter's value. */
function anotherOf(endpoint: Endpoint, path: string): string {
  if (uuid.test(path)) return path.replace(uuid, crypto.randomUUID());
  const { value = "" } = parametersIn(endpoint, path).at(-1) ?? {};
  const at = path.lastIndexOf(value);
  return `${path.slice(0, at)}${anotherKey(value)}${path.slice(at + value.length)}`;
}

/** Changes the last letter or digit of a key to another one of its kind. */
function anotherKey(key: string): string {
  return key.replace(/[a-z0-9](?!.*[a-z0-9])/i, (last) => {
    const [one = "", other = ""] = /[0-9]/.test(last) ? "01" : last < "a" ? "AB" : "ab";
    return last === one ? other : one;
  });
}

describe("promise 11: a stranger gets the same answer", () => {
  it.each(named)("by $operationId, whether or not there is such a thing", async ({ endpoint, make }) => {
    const { path, headers, ...call } = await make();
    const ask = (path: string) =>
      send(endpoint, { ...call, path, token: stranger.token, headers: { ...headers, "X-Request-Id": "same" } });
    const theirs = await ask(path);
    // A key such as a month can be one of the stranger's own, which is no other's row.
    if (!uuid.test(path) && theirs.status < 300) return;
    const nobodys = await ask(anotherOf(endpoint, path));
    expect([403, 404]).toContain(theirs.status);
    expect([theirs.status, theirs.text]).toStrictEqual([nobodys.status, nobodys.text]);
  });

  it.each([
    ["2026-11", "2026-10"],
    ["2026-10", "2026-11"],
    ["no-name", "no-nama"],
    ["EUR", "EUA"],
    ["a", "b"],
    ["a.b-", "a.a-"],
  ])("is asked for %s and %s, where the path names no id", (key, other) => {
    expect(anotherKey(key)).toBe(other);
  });
});
