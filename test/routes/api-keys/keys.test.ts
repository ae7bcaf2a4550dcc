import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { Deps } from "../../../src/context/types.ts";
import { apiKeys, auditEvents, mails, sessions, users } from "../../../src/db/schema.ts";
import type { RoundTrips } from "../../../src/db/wire.ts";
import { endpoints } from "../../../src/routes/index.ts";
import { carrying, examplePath } from "../../examples.ts";
import { aKey, api, aUser, db, deleteOwn, deps, serve, unique } from "../../harness.ts";

const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
type User = Awaited<ReturnType<typeof aUser>>;
const rowOf = async (id: string) => (await db.select().from(apiKeys).where(eq(apiKeys.id, id)))[0];
const withKey = (key: string) => api.as({ token: key });

describe("a key", () => {
  it("is made, shown once, and acts as its owner in one round trip and one statement", async () => {
    const ada = await aUser();
    const made = await ada.post("/api-keys", { name: "Import", permissions: ["items:read", "items:write"] });
    expect([made.status, made.roundTrips]).toStrictEqual([201, 1]);
    const { id, key } = made.body;
    expect(made.headers.get("Location")).toBe(`/api/v1/api-keys/${id}`);
    expect(made.headers.get("Cache-Control")).toBe("no-store");
    expect(made.body).toMatchObject({ name: "Import", networks: [], expires_at: null, last_used_at: null });

    const item = await withKey(key).post("/items", { title: "By a program" });
    expect([item.status, item.body.owner_id, item.roundTrips]).toStrictEqual([201, ada.id, 1]);
    const read = await withKey(key).get(`/items/${item.body.id}`);
    expect([read.status, read.roundTrips]).toStrictEqual([200, 1]);
    expect((await ada.get(`/items/${item.body.id}`)).body).toStrictEqual(read.body);

    for (const path of [`/api-keys/${id}`, "/api-keys"]) expect((await ada.get(path)).text).not.toContain(key);
    const stored = JSON.stringify(await rowOf(id));
    const secret = key.split("_")[3];
    expect(stored).not.toContain(secret.slice(0, 43));
  });

  it("does all that the items' endpoints offer, and no more than its permission", async () => {
    const ada = await aUser();
    const reader = await aKey({ user_id: ada.id }, { permissions: ["items:read"] });
    const writer = await aKey({ user_id: ada.id }, { permissions: ["items:write"] });
    const { id } = (await writer.post("/items", { title: "One" })).body;
    for (const answer of [
      await reader.get("/items"),
      await reader.get(`/items/${id}`),
      await reader.get("/items/export"),
    ]) {
      expect(answer.status).toBe(200);
    }
    expect((await writer.patch(`/items/${id}`, { title: "Two" })).status).toBe(200);
    expect((await writer.post("/items/batch", { operations: [{ op: "delete", id }] })).status).toBe(200);
    expect((await writer.post(`/items/${id}/restore`)).status).toBe(200);
    for (const refused of [
      await writer.get("/items"),
      await writer.get(`/items/${id}`),
      await reader.delete(`/items/${id}`),
      await reader.post("/items", { title: "No" }),
    ]) {
      expect([refused.status, refused.body.code]).toStrictEqual([403, "permission_required"]);
      expect(refused.body.detail).toMatch(/^This takes a key with the permission items:(read|write)\.$/);
    }
  });

  it("shares an Idempotency-Key and a cursor with its owner, as the same caller", async () => {
    const ada = await aUser();
    const key = await aKey({ user_id: ada.id });
    const headers = { "Idempotency-Key": unique() };
    const first = await key.post("/items", { title: "Once" }, { headers });
    const again = await ada.post("/items", { title: "Once" }, { headers });
    expect([again.body.id, again.headers.get("Idempotent-Replayed")]).toStrictEqual([first.body.id, "true"]);
    await key.post("/items", { title: "Twice" });
    const { next_cursor } = (await ada.get("/items?limit=1")).body;
    expect((await key.get(`/items?limit=1&cursor=${next_cursor}`)).body.items).toMatchObject([{ title: "Once" }]);
  });

  it("of an admin has no power over others", async () => {
    const [admin, ada] = [await aUser({ role: "admin" }), await aUser()];
    const key = await aKey({ user_id: admin.id });
    const { id } = (await ada.post("/items", { title: "Private" })).body;
    expect((await admin.get(`/items/${id}`)).status).toBe(200);
    expect((await key.get(`/items/${id}`)).status).toBe(404);
    expect((await key.get(`/items/${id}?include=owner`)).status).toBe(404);
    expect((await key.patch(`/items/${id}`, { title: "Mine" })).status).toBe(404);
    expect((await key.post("/items/batch", { operations: [{ op: "delete", id }] })).status).toBe(404);
    expect((await key.delete(`/items/${id}`)).status).toBe(404);
    const list = await key.get(`/items?owner_id=${ada.id}`);
    expect([list.status, list.body.code]).toStrictEqual([403, "forbidden"]);
    await ada.delete(`/items/${id}`);
    expect((await key.post(`/items/${id}/restore`)).status).toBe(404);
    // The mark of the key ends with its transaction: the next request is the admin's own.
    expect((await admin.get(`/items?owner_id=${ada.id}`)).status).toBe(200);
  });

  it("is named in the log, and not told", async () => {
    const ada = await aUser();
    const key = await aKey({ user_id: ada.id });
    const before = api.logs.length;
    await key.get("/items");
    const line = api.logs.slice(before).find(({ message }) => message === "request");
    expect(line).toMatchObject({ user_id: ada.id, api_key_id: key.id });
    expect(JSON.stringify(api.logs)).not.toContain(key.token.slice(-50));
  });
});

describe("promise 36: a key reaches only what its declaration, its permissions and its owner allow", () => {
  const closed = endpoints.filter(({ policy }) => policy.access !== "public" && !policy.permission);
  const opened = endpoints.filter(({ policy }) => policy.permission !== undefined);

  it.each(closed.map((endpoint) => ({ id: endpoint.policy.operationId, endpoint })))(
    "$id, which is for people, takes none and asks nothing of the database",
    async ({ endpoint }) => {
      const admin = await aUser({ role: "admin" });
      const key = await aKey({ user_id: admin.id });
      const method = endpoint.route.method.toUpperCase();
      const real = await api.call(method, examplePath(endpoint), { token: key.token });
      expect([real.status, real.body.code, real.roundTrips]).toStrictEqual([401, "invalid_token", 0]);
      expect(real.body.detail).toBe("This endpoint accepts access tokens only, not API keys.");
      expect(real.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
      const forged = await api.call(method, examplePath(endpoint), { token: `${key.token.slice(0, -1)}!` });
      expect({ ...forged.body, request_id: "" }).toStrictEqual({ ...real.body, request_id: "" });
    },
  );

  it.each(opened.map((endpoint) => ({ id: endpoint.policy.operationId, endpoint })))(
    "$id refuses one that is revoked, expired, foreign, or without its permission, and one whose owner is gone",
    async ({ endpoint }) => {
      const call = (token: string, headers = {}) => {
        const body = carrying(endpoint);
        const init = { token, ...body, headers: { ...body.headers, ...headers } };
        return api.call(endpoint.route.method.toUpperCase(), examplePath(endpoint), init);
      };
      const ada = await aUser();
      const own = { user_id: ada.id };
      const [past, others] = [soon(-1), await aUser({ is_active: false })];
      const bad = [
        await aKey(own, { revoked_at: past }),
        await aKey(own, { expires_at: past }),
        await aKey(own, { secret_hash: "other" }),
        await aKey(own, { secret_hash: "other", previous_hash: "another", previous_until: soon(60) }),
        await aKey({ user_id: others.id }),
        await aKey({ user_id: (await aUser({ deleted_at: past })).id }),
      ];
      for (const key of bad) {
        const answer = await call(key.token);
        expect([answer.status, answer.body.code, answer.roundTrips]).toStrictEqual([401, "invalid_token", 1]);
        expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
      }
      const { permission } = endpoint.policy;
      const without = await aKey(own, { permissions: permission === "items:read" ? ["items:write"] : ["items:read"] });
      const lacking = await call(without.token);
      expect([lacking.status, lacking.body.code]).toStrictEqual([403, "permission_required"]);
      const elsewhere = await call((await aKey(own, { networks: ["203.0.113.0/24"] })).token);
      expect([elsewhere.status, elsewhere.body.code]).toStrictEqual([403, "network_not_allowed"]);
    },
  );

  it("is refused at the next request after its revocation, and that of its account", async () => {
    const ada = await aUser();
    const [one, two] = [await aKey({ user_id: ada.id }), await aKey({ user_id: ada.id })];
    expect((await one.get("/items")).status).toBe(200);
    expect((await ada.delete(`/api-keys/${one.id}`)).status).toBe(204);
    expect((await one.get("/items")).status).toBe(401);
    expect((await ada.get(`/api-keys/${one.id}`)).status).toBe(404);
    expect((await two.get("/items")).status).toBe(200);
    expect((await deleteOwn(ada)).status).toBe(204);
    expect((await two.get("/items")).status).toBe(401);
    expect((await rowOf(two.id))?.revoked_at).not.toBeNull();
    // A restored account has none of its keys.
    await db.update(users).set({ deleted_at: null }).where(eq(users.id, ada.id));
    expect((await two.get("/items")).status).toBe(401);
  });

  it("does not come back when an admin has deactivated and activated its owner, or deleted and restored", async () => {
    const admin = await aUser({ role: "admin" });
    const [ada, bob] = [await aUser(), await aUser()];
    const [hers, his] = [await aKey({ user_id: ada.id }), await aKey({ user_id: bob.id })];
    for (const is_active of [false, true]) await admin.patch(`/users/${ada.id}`, { is_active });
    await admin.delete(`/users/${bob.id}`);
    await admin.post(`/users/${bob.id}/restore`);
    for (const key of [hers, his]) expect((await key.get("/items")).status).toBe(401);
  });

  it("has at the next request the permissions, networks and expiry that it was given", async () => {
    const ada = await aUser();
    const key = await aKey({ user_id: ada.id });
    const here = { headers: { "CF-Connecting-IP": "203.0.113.9" } };
    await ada.patch(`/api-keys/${key.id}`, { permissions: ["items:write"] });
    expect((await key.get("/items")).status).toBe(403);
    const { body } = await ada.patch(`/api-keys/${key.id}`, {
      permissions: ["items:read"],
      networks: ["203.0.113.7/24"],
    });
    expect(body.networks).toStrictEqual(["203.0.113.0/24"]);
    expect((await key.get("/items")).body.code).toBe("network_not_allowed");
    expect((await key.get("/items", here)).status).toBe(200);
    const past = await ada.patch(`/api-keys/${key.id}`, { expires_at: soon(-60) });
    expect([past.status, past.body.errors[0].type]).toStrictEqual([422, "date_too_early"]);
    expect((await ada.patch(`/api-keys/${key.id}`, { expires_at: soon(60) })).status).toBe(200);
    expect((await key.get("/items", here)).status).toBe(200);
    await db
      .update(apiKeys)
      .set({ expires_at: soon(-1) })
      .where(eq(apiKeys.id, key.id));
    expect((await key.get("/items", here)).status).toBe(401);
  });

  it.each([
    ["203.0.113.0/24", "203.0.113.255", 200],
    ["203.0.113.0/24", "203.0.114.0", 403],
    ["203.0.113.7", "::ffff:203.0.113.7", 200],
    ["2001:db8::/32", "2001:db8:1::1", 200],
    ["2001:db8::/48", "2001:db8:1::1", 403],
    ["0.0.0.0/0", "2001:db8::1", 403],
    ["::/0", "203.0.113.7", 403],
    ["203.0.113.7", "unknown", 403],
    ["203.0.113.7", "203.0.113.7, 1.1.1.1", 403],
    ["2001:db8::/32", "2001:db8::1%eth0", 403],
  ])("for %s, from %s, is answered %i", async (network, address, status) => {
    const ada = await aUser();
    const key = await aKey({ user_id: ada.id }, { networks: [network] });
    expect((await key.get("/items", { headers: { "CF-Connecting-IP": address } })).status).toBe(status);
    expect((await key.get("/items")).status).toBe(403);
  });

  it("promise 37: costs no query if its checksum is wrong, and is one text alone", async () => {
    const ada = await aUser();
    const { token } = await aKey({ user_id: ada.id });
    const wrong = [
      `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`,
      token.slice(0, -1),
      token.toUpperCase(),
      token.replace("plk_test_", "plk_production_"),
      token.replace("plk_", "PLK_"),
      `${token}, Bearer ${token}`,
      `${token} ${token}`,
      "plk_",
    ];
    for (const one of wrong) {
      const answer = await api.get("/items", { headers: { Authorization: `Bearer ${one}` } });
      expect([answer.status, answer.body.code, answer.roundTrips], one).toStrictEqual([401, "invalid_token", 0]);
    }
    const headers = new Headers({ Authorization: `Bearer ${token}` });
    headers.append("Authorization", `Bearer ${ada.token}`);
    const twice = await api.get("/items", { headers: Object.fromEntries(headers) });
    expect([twice.status, twice.roundTrips]).toStrictEqual([401, 0]);
    expect((await api.get("/items", { headers: { Authorization: `bearer  ${token}` } })).status).toBe(200);
    expect((await api.get(`/items?access_token=${token}`)).status).toBe(401);
  });
});

describe("a session whose password was proved long ago", () => {
  it("makes, changes and rotates no key, but revokes one", async () => {
    const ada = await aUser();
    const { id } = await aKey({ user_id: ada.id });
    await db
      .update(sessions)
      .set({ proved_at: soon(-660) })
      .where(eq(sessions.id, ada.sessionId));
    for (const stale of [
      await ada.post("/api-keys", { name: "Late", permissions: ["items:read"] }),
      await ada.patch(`/api-keys/${id}`, { name: "Late" }),
      await ada.post(`/api-keys/${id}/rotate`, {}),
    ]) {
      expect([stale.status, stale.body.code]).toStrictEqual([401, "insufficient_user_authentication"]);
      expect(stale.text).not.toContain("plk_");
    }
    expect((await ada.delete(`/api-keys/${id}`)).status).toBe(204);
  });
});

describe("a refusal", () => {
  it("takes as long for an unknown key as for a wrong secret", async () => {
    const ada = await aUser();
    const [unknown, wrong] = [
      await aKey({ user_id: ada.id }),
      await aKey({ user_id: ada.id }, { secret_hash: "other" }),
    ];
    await db.delete(apiKeys).where(eq(apiKeys.id, unknown.id));
    const times: Record<string, number[]> = { unknown: [], wrong: [] };
    for (let i = 0; i < 60; i++) {
      for (const [name, key] of Object.entries({ unknown, wrong })) {
        const started = performance.now();
        expect((await key.get("/items")).status).toBe(401);
        times[name]?.push(performance.now() - started);
      }
    }
    // On a busy machine, all but the quickest have waited for others.
    const quickest = (list: number[] = []) => Math.min(...list);
    expect(Math.abs(quickest(times.unknown) - quickest(times.wrong))).toBeLessThan(10);
  });
});

describe("a rotation", () => {
  it("gives a new secret, and lets the last one go on for the overlap and no other", async () => {
    const ada = await aUser();
    const first = await aKey({ user_id: ada.id });
    const rotate = async (json: object) => (await ada.post(`/api-keys/${first.id}/rotate`, json)).body;
    const second = await rotate({});
    expect(Date.parse(second.previous_until) - Date.now()).toBeGreaterThan(86_000_000);
    for (const key of [first.token, second.key]) expect((await withKey(key).get("/items")).status).toBe(200);
    const third = await rotate({ overlap_seconds: 60 });
    const statuses = [];
    for (const key of [first.token, second.key, third.key]) statuses.push((await withKey(key).get("/items")).status);
    expect(statuses).toStrictEqual([401, 200, 200]);
    const last = await rotate({ overlap_seconds: 0 });
    expect((await withKey(third.key).get("/items")).status).toBe(401);
    expect((await withKey(last.key).get("/items")).status).toBe(200);
    await rotate({ overlap_seconds: 60 });
    await db
      .update(apiKeys)
      .set({ previous_until: soon(-1) })
      .where(eq(apiKeys.id, first.id));
    expect((await withKey(last.key).get("/items")).status).toBe(401);
  });

  it("of an expired key, of another's or of a revoked one changes nothing", async () => {
    const [ada, bob] = [await aUser(), await aUser()];
    const expired = await aKey({ user_id: ada.id }, { expires_at: soon(-1) });
    const before = await rowOf(expired.id);
    const answer = await ada.post(`/api-keys/${expired.id}/rotate`, {});
    expect([answer.status, answer.body.code]).toStrictEqual([409, "conflict"]);
    expect(await rowOf(expired.id)).toStrictEqual(before);
    const live = await aKey({ user_id: ada.id });
    expect((await bob.post(`/api-keys/${live.id}/rotate`, {})).status).toBe(404);
    await ada.delete(`/api-keys/${live.id}`);
    expect((await ada.post(`/api-keys/${live.id}/rotate`, {})).status).toBe(404);
  });

  it("of 20 at once takes turns: two secrets are left", async () => {
    const ada = await aUser();
    const { id } = await aKey({ user_id: ada.id });
    const rotations = Array.from({ length: 20 }, () => ada.post(`/api-keys/${id}/rotate`, { overlap_seconds: 60 }));
    const answers = await Promise.all(rotations);
    expect(answers.map(({ status }) => status)).toStrictEqual(Array(20).fill(200));
    const uses = await Promise.all(answers.map(({ body }) => withKey(body.key).get("/items")));
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(2);
  });

  it("that races with the revocation never leaves a live key", async () => {
    const ada = await aUser();
    const keys = await Promise.all(Array.from({ length: 10 }, () => aKey({ user_id: ada.id })));
    const answers = await Promise.all(
      keys.flatMap(({ id }) => [ada.post(`/api-keys/${id}/rotate`, {}), ada.delete(`/api-keys/${id}`)]),
    );
    const made = answers.flatMap(({ body }) => body?.key ?? []);
    for (const key of [...made, ...keys.map(({ token }) => token)]) {
      expect((await withKey(key).get("/items")).status).toBe(401);
    }
  });
});

describe("the names and the number of keys", () => {
  it("are unique in any letter case while the key is not revoked, of each owner, also for 20 racers", async () => {
    const [ada, bob] = [await aUser(), await aUser()];
    const make = (name: string) => ada.post("/api-keys", { name, permissions: ["items:read"] });
    const racers = await Promise.all(Array.from({ length: 20 }, (_, i) => make(i % 2 ? "Import" : "IMPORT")));
    expect(racers.map(({ status }) => status).toSorted()).toStrictEqual([201, ...Array(19).fill(409)]);
    const refused = racers.find(({ status }) => status === 409)?.body;
    expect([refused.code, refused.errors[0].loc]).toStrictEqual(["name_taken", ["body", "name"]]);
    expect((await bob.post("/api-keys", { name: "import", permissions: ["items:read"] })).status).toBe(201);
    const other = (await make("Export")).body;
    expect((await ada.patch(`/api-keys/${other.id}`, { name: "iMPORT" })).body.code).toBe("name_taken");
    await ada.delete(`/api-keys/${racers.find(({ status }) => status === 201)?.body.id}`);
    expect((await make("import")).status).toBe(201);
  });

  it("have a limit, which 20 racers do not pass", async () => {
    const ada = await aUser();
    await Promise.all(Array.from({ length: 45 }, () => aKey({ user_id: ada.id })));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ada.post("/api-keys", { name: unique(), permissions: ["items:read"] })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toStrictEqual([
      ...Array(5).fill(201),
      ...Array(15).fill(409),
    ]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("quota_exceeded");
    const [{ id } = { id: "" }] = (await ada.get("/api-keys?limit=1")).body.items;
    await ada.delete(`/api-keys/${id}`);
    expect((await ada.post("/api-keys", { name: unique(), permissions: ["items:read"] })).status).toBe(201);
  });

  it("leave no key behind that was made while its owner was deleted", async () => {
    const ada = await aUser();
    const [, ...made] = await Promise.all([
      deleteOwn(ada),
      ...Array.from({ length: 10 }, () => ada.post("/api-keys", { name: unique(), permissions: ["items:read"] })),
    ]);
    for (const { status } of made) expect([201, 401]).toContain(status);
    const live = await db.select().from(apiKeys).where(sql`user_id = ${ada.id}::uuid and revoked_at is null`);
    expect(live).toStrictEqual([]);
  });
});

describe("the fields of a key", () => {
  const make = async (fields: object) => {
    const ada = await aUser();
    return ada.post("/api-keys", { name: "One", permissions: ["items:read"], ...fields });
  };

  it.each([
    [{ permissions: [] }, "list_too_short"],
    [{ permissions: ["items:destroy"] }, "invalid_value"],
    [{ permissions: ["items:read", "items:read"] }, "duplicate"],
    [{ name: "" }, "string_too_short"],
    [{ name: " \t\u200b" }, "blank"],
    [{ name: "x".repeat(101) }, "string_too_long"],
    [{ networks: ["203.0.113.0/33"] }, "invalid_format"],
    [{ networks: ["example.com"] }, "invalid_format"],
    [{ networks: ["203.0.113.0/24,0.0.0.0/0"] }, "invalid_format"],
    [{ networks: ["2001:db8::%eth0/32"] }, "invalid_format"],
    [{ networks: ["::ffff:192.0.2.0/95"] }, "invalid_format"],
    [{ networks: ["192.0.02.1"] }, "invalid_format"],
    [{ networks: ["203.0.113.7/24", "203.0.113.0/24"] }, "duplicate"],
    [{ networks: ["::ffff:203.0.113.7", "203.0.113.7/32"] }, "duplicate"],
    [{ networks: Array.from({ length: 21 }, (_, i) => `203.0.113.${i}`) }, "list_too_long"],
    [{ expires_at: "tomorrow" }, "invalid_format"],
    [{ expires_at: soon(-1) }, "date_too_early"],
    [{ expires_at: "9999-12-31T23:59:59-14:00" }, "date_too_late"],
    [{ made_by: crypto.randomUUID() }, "extra_forbidden"],
    [{ user_id: crypto.randomUUID() }, "extra_forbidden"],
  ])("are refused as %o", async (fields, type) => {
    const answer = await make(fields);
    expect([answer.status, answer.body.errors?.[0].type]).toStrictEqual([422, type]);
  });

  it("hold no time that has come", async () => {
    const [ada, now] = [await aUser(), new Date(Date.now() + 60_000)];
    const app = serve({ deps: { now: () => now } }).as(ada);
    const make = (expires_at: Date) =>
      app.post("/api-keys", { name: unique(), permissions: ["items:read"], expires_at: expires_at.toISOString() });
    expect((await make(now)).body.errors[0].type).toBe("date_too_early");
    expect((await make(new Date(now.getTime() + 1))).status).toBe(201);
  });

  it("may hold a time in small letters, which RFC 3339 allows", async () => {
    const answer = await make({ expires_at: "2100-01-01t00:00:00z" });
    expect([answer.status, answer.body.expires_at]).toStrictEqual([201, "2100-01-01T00:00:00.000Z"]);
  });

  it("hold each network in its one text, by which its clients come in", async () => {
    const ada = await aUser();
    const networks = ["::ffff:192.0.2.77/120", "2001:DB8:0:0::1/32", "::FFFF:c633:6407"];
    const { body } = await ada.post("/api-keys", { name: "One", permissions: ["items:read"], networks });
    expect(body.networks).toStrictEqual(["192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"]);
    const from = async (address: string) =>
      (await withKey(body.key).get("/items", { headers: { "CF-Connecting-IP": address } })).status;
    for (const address of ["192.0.2.1", "::ffff:192.0.2.2", "::ffff:c000:203", "2001:db8:1::", "198.51.100.7"]) {
      expect([address, await from(address)]).toStrictEqual([address, 200]);
    }
    for (const address of ["192.0.3.1", "::192.0.2.1", "198.51.100.8"]) {
      expect([address, await from(address)]).toStrictEqual([address, 403]);
    }
    const changed = await ada.patch(`/api-keys/${body.id}`, { networks: ["192.0.2.200/24"] });
    expect(changed.body.networks).toStrictEqual(["192.0.2.0/24"]);
  });

  it("may be as they are here, and come back so", async () => {
    const fields = {
      name: `{"a"},\\ 'b' ${"é".repeat(20)}`,
      permissions: ["items:write", "items:read"],
      networks: ["203.0.113.7", "2001:db8::/32", "10.0.0.0/8"],
      expires_at: soon(3_600),
    };
    const { status, body } = await make(fields);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...fields, networks: ["203.0.113.7/32", "2001:db8::/32", "10.0.0.0/8"] });
  });
});

describe("what is told of a key", () => {
  it("is an event and a mail for each change that is one", async () => {
    const ada = await aUser();
    const { id } = (await ada.post("/api-keys", { name: "Nightly", permissions: ["items:read"] })).body;
    await ada.patch(`/api-keys/${id}`, { name: "Nightly" });
    await ada.patch(`/api-keys/${id}`, { name: "Hourly" });
    await ada.post(`/api-keys/${id}/rotate`, {});
    await ada.delete(`/api-keys/${id}`);
    expect((await ada.delete(`/api-keys/${id}`)).status).toBe(404);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, ada.id)).orderBy(auditEvents.id);
    expect(events.map(({ kind, details }) => [kind, details.key_name, details.api_key_id])).toStrictEqual([
      ["api_key.created", "Nightly", id],
      ["api_key.changed", "Hourly", id],
      ["api_key.rotated", "Hourly", id],
      ["api_key.revoked", "Hourly", id],
    ]);
    const told = await db.select().from(mails).where(eq(mails.user_id, ada.id)).orderBy(mails.id);
    expect(told.map(({ kind, data }) => [kind, data.key_name])).toStrictEqual([
      ["api_key_created", "Nightly"],
      ["api_key_changed", "Hourly"],
      ["api_key_rotated", "Hourly"],
      ["api_key_revoked", "Hourly"],
    ]);
    expect((await ada.get("/users/me/export")).body.api_keys).toMatchObject([{ id, name: "Hourly" }]);
  });

  it("is an event for each of them where they end with their owner, and no mail beside the owner's", async () => {
    const admin = await aUser({ role: "admin" });
    const ends: [by: string, end: (user: User) => Promise<unknown>, mails: string[]][] = [
      ["you", (user) => deleteOwn(user), ["account_deleted"]],
      ["administrator", ({ id }) => admin.delete(`/users/${id}`), ["account_deleted"]],
      ["administrator", ({ id }) => admin.patch(`/users/${id}`, { is_active: false }), ["account_deactivated"]],
    ];
    for (const [by, end, kinds] of ends) {
      const user = await aUser();
      const keys = [await aKey({ user_id: user.id }), await aKey({ user_id: user.id })];
      await user.delete(`/api-keys/${(await aKey({ user_id: user.id })).id}`);
      await end(user);
      const events = await db
        .select()
        .from(auditEvents)
        .where(and(eq(auditEvents.user_id, user.id), eq(auditEvents.kind, "api_key.revoked")));
      const [, ...along] = events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      expect(along.map(({ details }) => details.api_key_id).toSorted()).toStrictEqual(
        keys.map(({ id }) => id).toSorted(),
      );
      for (const { actor_id, request_id, details } of along) {
        expect(actor_id).toBe(by === "you" ? user.id : admin.id);
        expect(request_id).toEqual(expect.any(String));
        expect(details.key_name).toEqual(expect.any(String));
      }
      const told = await db.select().from(mails).where(eq(mails.user_id, user.id)).orderBy(mails.id);
      expect(told.map(({ kind }) => kind)).toStrictEqual(["api_key_revoked", ...kinds]);
    }
  });

  it("is when it was last used, to the hour: the next use within it writes nothing", async () => {
    const ada = await aUser();
    const key = await aKey({ user_id: ada.id });
    await key.get(`/items/${crypto.randomUUID()}`);
    const first = (await rowOf(key.id))?.last_used_at;
    expect(Date.parse(first ?? "")).toBeGreaterThan(Date.now() - 60_000);
    await key.get("/items");
    expect((await rowOf(key.id))?.last_used_at).toBe(first);
    const other = await aKey({ user_id: ada.id }, { permissions: ["items:read"] });
    await other.post("/items", { title: "No" });
    expect((await rowOf(other.id))?.last_used_at).toBeNull();
  });

  it("is when it was last used, which another isolate has noted within the hour", async () => {
    const ada = await aUser();
    const key = await aKey({ user_id: ada.id }, { last_used_at: soon(-30 * 60) });
    const before = (await rowOf(key.id))?.last_used_at;
    expect((await key.get("/items")).status).toBe(200);
    expect((await rowOf(key.id))?.last_used_at).toBe(before);
  });

  it("is when it was last used, for which the next use within the hour asks nothing", async () => {
    const key = await aKey({ user_id: (await aUser()).id });
    const spent: RoundTrips[] = [];
    const connect: Deps["connect"] = (settings, trips) => {
      spent.push(trips);
      return deps.connect(settings, trips);
    };
    const app = serve({ deps: { connect } });
    const roundTrips = async () => {
      spent.length = 0;
      expect((await app.get("/items", { token: key.token })).status).toBe(200);
      return spent.map(({ count }) => count);
    };
    expect([await roundTrips(), await roundTrips()]).toStrictEqual([[1, 1], [1]]);
  });

  it("is when it was last used, by the next use where the database could not note it", async () => {
    const key = await aKey({ user_id: (await aUser()).id });
    let connections = 0;
    // The second connection is the one that notes the use, after the answer.
    const connect: Deps["connect"] = (settings, trips) => {
      connections += 1;
      const NEON_FETCH_ENDPOINT = "http://127.0.0.1:9/sql";
      return deps.connect(connections === 2 ? { ...settings, NEON_FETCH_ENDPOINT } : settings, trips);
    };
    const app = serve({ deps: { connect } });
    for (const isNoted of [false, true]) {
      expect((await app.get("/items", { token: key.token })).status).toBe(200);
      expect((await rowOf(key.id))?.last_used_at).toEqual(isNoted ? expect.any(String) : null);
    }
    expect(app.logs.map(({ message }) => message)).toContain("use of a key not noted");
  });

  it("has the id of the key in one spelling, however the path has it", async () => {
    const ada = await aUser();
    const { id } = await aKey({ user_id: ada.id });
    expect((await ada.patch(`/api-keys/${id.toUpperCase()}`, { name: "Hourly" })).status).toBe(200);
    const [event] = await db.select().from(auditEvents).where(eq(auditEvents.user_id, ada.id));
    expect(event).toMatchObject({ kind: "api_key.changed", details: { api_key_id: id } });
  });
});
