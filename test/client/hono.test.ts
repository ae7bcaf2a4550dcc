import type { Hono } from "hono";
import { hc } from "hono/client";
import { expect, it } from "vitest";
import type { Routes } from "../../client/src/hono.ts";
import { api, aUser, quickHash } from "../harness.ts";

it("serves Hono's client by the declaration of the package alone", async () => {
  const password = "correct horse battery";
  const { id, username } = await aUser({ password_hash: quickHash(password) });
  const send: typeof fetch = (input, init) => api.fetch(new Request(input, init));
  const { auth, users } = hc<Hono<object, Routes>>("https://api.example.com", { fetch: send }).api.v1;
  const signedIn = await auth.login.$post({ query: { include: ["user"] }, json: { username, password } });
  if (signedIn.status !== 200) return expect.unreachable(await signedIn.text());
  const { access_token, user } = await signedIn.json();
  const headers = { Authorization: `Bearer ${access_token}` };
  const change = { header: { "If-Match": user?.etag ?? "" }, json: { full_name: "Ada" } };
  const changed = await users.me.$patch(change, { headers });
  expect(changed.status === 200 && (await changed.json()).full_name).toBe("Ada");
  const stale = await users.me.$patch(change, { headers });
  expect(stale.status === 412 && (await stale.json()).code).toBe("precondition_failed");
  const read = await users[":id"].$get({ param: { id } }, { headers });
  expect(read.status === 200 && (await read.json()).full_name).toBe("Ada");
});
