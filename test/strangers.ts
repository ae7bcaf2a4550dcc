/** Finds endpoints that tell a stranger of what is somebody's. */
import { expect } from "vitest";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { endpoints as all } from "../src/routes/index.ts";
import { type Call, send } from "./calls.ts";
import { parametersIn } from "./examples.ts";
import { type Answer, aUser, type serve } from "./harness.ts";

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\s\S]*-[0-9a-f]{12})/;
const stranger = await aUser();

/**
 * Fails if a stranger learns of the thing that this call is about. A key that is no id, such as a month, may name something
 * of each caller's own: then the stranger's answer must not be the owner's, and a change leaves what the owner reads there.
 */
export async function holdStranger(
  endpoint: Endpoint,
  make: () => Promise<Call>,
  { app, endpoints = all }: { app?: ReturnType<typeof serve>; endpoints?: readonly Endpoint[] } = {},
) {
  const since = Date.now();
  const call = await make();
  // Refers to rows of the stranger's own: the owner's would be refused before the row of the path.
  const asStranger = endpoint.contract.refersTo ? await make() : { token: stranger.token };
  const another = anotherOf(endpoint, call.path);
  const ask = (path: string, { token, json }: Pick<Call, "token" | "json"> = call) => {
    const by = { ...(token !== undefined && { token }), ...(json && { json }) };
    return send(endpoint, { ...call, path, headers: { ...call.headers, "X-Request-Id": "same" }, ...by }, app);
  };
  const read = endpoints.find(({ route }) => route.method === "get" && route.path === endpoint.route.path);
  const ownersView = async () => (read === undefined ? "" : (await send(read, readingOf(call), app)).text);
  const before = await ownersView();
  const theirs = await ask(call.path, asStranger);
  if (!uuid.test(call.path) && isSuccess(theirs)) {
    if (call.isAnybodys) return;
    const isRead = endpoint.route.method === "get";
    if (!isRead) expect(await ownersView(), "what the owner reads after a stranger's change").toBe(before);
    // A read is compared with the owner's: for another month, there may be nothing.
    const nobodys = isRead ? theirs : await ask(another, asStranger);
    expect([theirs.status, 422], "a stranger's answer, whether or not there is such a thing").toContain(nobodys.status);
    const owners = await ask(call.path);
    const made = idsIn(owners, since).filter((id) => theirs.text.includes(id));
    expect(made, "ids of the owner's that a stranger is told").toStrictEqual([]);
    if (isRead && isTelling(endpoint, [owners, await ask(another)], call.path, another)) {
      const why = "the owner's answer, which a stranger gets: if its path names nothing of one user, say isAnybodys";
      expect(theirs.text, why).not.toBe(owners.text);
    }
    return;
  }
  const nobodys = await ask(another, asStranger);
  expect([403, 404]).toContain(theirs.status);
  expect([theirs.status, theirs.text]).toStrictEqual([nobodys.status, nobodys.text]);
}

const isSuccess = ({ status }: Answer) => status < 300;

/** The read of what a call changes, by the same caller. */
function readingOf({ path, token }: Call): Call {
  return { path, ...(token !== undefined && { token }), headers: { "X-Request-Id": "same" } };
}

/** True if an answer is about this key: the answer for another one is not the same but for the key. */
function isTelling(endpoint: Endpoint, [owners, other]: readonly Answer[], ...paths: readonly string[]): boolean {
  const [key = "", otherKey = ""] = paths.map((path) => keyIn(endpoint, path));
  return owners?.text.replaceAll(key, "") !== other?.text.replaceAll(otherKey, "");
}

function keyIn(endpoint: Endpoint, path: string): string {
  return parametersIn(endpoint, path).at(-1)?.value ?? "";
}

/** The ids in an answer that were made since this time: UUIDv7 begins with Unix milliseconds. */
function idsIn({ text }: Answer, since: number): string[] {
  const ids = text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
  return ids.filter((id) => Number.parseInt(id.replace("-", "").slice(0, 12), 16) >= since);
}

/** The path of something else, which is nobody's: another id, or another key of the form of the last parameter's value. */
function anotherOf(endpoint: Endpoint, path: string): string {
  if (uuid.test(path)) return path.replace(uuid, crypto.randomUUID());
  const value = keyIn(endpoint, path);
  const at = path.lastIndexOf(value);
  return `${path.slice(0, at)}${anotherKey(value)}${path.slice(at + value.length)}`;
}

/** Changes the last letter or digit of a key to another one of its kind. */
export function anotherKey(key: string): string {
  return key.replace(/[a-z0-9](?!.*[a-z0-9])/i, (last) => {
    const [one = "", other = ""] = /[0-9]/.test(last) ? "01" : last < "a" ? "AB" : "ab";
    return last === one ? other : one;
  });
}
