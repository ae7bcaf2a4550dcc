import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { auditEvents } from "../../../src/db/schema.ts";
import { auditKinds } from "../../../src/values.ts";
import { api, aUser, db, quickHash } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);
const admin = await aUser({ role: "admin" });
const change = (id: string, json: object) => admin.patch(`/users/${id}`, json);

describe("GET /audit-events", () => {
  const list = async (query: string) => {
    const answer = await admin.get(`/audit-events?${query}`);
    expect(answer.status).toBe(200);
    return answer.body;
  };

  it("promise 24: tells who, what, when, from where and in which request", async () => {
    const user = await aUser();
    const headers = { "X-Request-Id": "a-request", "CF-Connecting-IP": "203.0.113.7" };
    await admin.patch(`/users/${user.id}`, { role: "admin" }, { headers });
    const { items } = await list(`user_id=${user.id}`);
    expect(items).toMatchObject([
      {
        kind: "account.role_changed",
        user_id: user.id,
        actor_id: admin.id,
        request_id: "a-request",
        network: "203.0.113.7",
        details: { role: "admin" },
      },
    ]);
    expect(Math.abs(Date.parse(items[0].created_at) - Date.now())).toBeLessThan(60_000);
  });

  it("filters by user, kind and time, and pages; a cursor goes only with its filters", async () => {
    const user = await aUser();
    for (const role of ["admin", "user", "admin"]) await change(user.id, { role });
    await change(user.id, { is_active: false });
    const all = (await list(`user_id=${user.id}`)).items;
    expect(all).toHaveLength(4);
    const roles = (await list(`user_id=${user.id}&kind=account.role_changed`)).items;
    expect(roles).toStrictEqual(all.slice(1));
    const [middle, end] = [all[2].created_at, all[0].created_at];
    const between = await list(`user_id=${user.id}&after=${middle}&before=${end}`);
    const isBetween = ({ created_at: at }: { created_at: string }) => at >= middle && at < end;
    expect(between.items).toStrictEqual(all.filter(isBetween));
    expect((await list(`user_id=${user.id}&before=1970-01-01T00:00:00Z`)).items).toStrictEqual([]);
    expect((await list(`user_id=${user.id}&after=9999-12-31T23:59:59Z`)).items).toStrictEqual([]);

    const first = await list(`user_id=${user.id}&limit=3`);
    const rest = await list(`user_id=${user.id}&limit=3&cursor=${first.next_cursor}`);
    expect([...first.items, ...rest.items]).toStrictEqual(all);
    const paths = [
      `/audit-events?cursor=${first.next_cursor}`,
      `/audit-events?user_id=${user.id}&kind=account.deleted&cursor=${first.next_cursor}`,
      `/audit-events?user_id=${user.id}&before=${end}&cursor=${first.next_cursor}`,
    ];
    for (const path of paths) {
      const answer = await admin.get(path);
      expect(answer.status).toBe(400);
      expect(answer.body.code).toBe("invalid_cursor");
    }
  });

  it.each([
    "user_id=1",
    "kind=no.such",
    "after=yesterday",
    "before=2026-13-01T00:00:00Z",
    "after=0000-01-01T00:00:00Z",
    "limit=0",
  ])("promise 14: refuses %s", async (query) => {
    expect((await admin.get(`/audit-events?${query}`)).status).toBe(422);
  });

  it("is an admin's", async () => {
    expect((await (await aUser()).get("/audit-events")).status).toBe(403);
  });
});

describe("GET /users/me/audit-events", () => {
  it("tells what others did, but not who they are or from where", async () => {
    const user = await aUser({ password_hash });
    const from = (network: string) => ({ "CF-Connecting-IP": network });
    const wrong = { username: user.username, password: "wrong password" };
    await api.post("/auth/login", { json: wrong, headers: from("198.51.100.1") });
    const json = { username: user.username, password };
    await api.post("/auth/login", { json, headers: from("203.0.113.7") });
    await admin.patch(`/users/${user.id}`, { role: "admin" }, { headers: from("192.0.2.9") });
    await user.delete("/auth/sessions", { headers: from("203.0.113.8") });
    const answer = await user.get("/users/me/audit-events");
    expect(answer.body.items).toMatchObject([
      { kind: "sessions.ended", actor: "you", network: "203.0.113.8" },
      { kind: "account.role_changed", actor: "administrator", network: null, details: { role: "admin" } },
      { kind: "sign_in.new_network", actor: "not_signed_in", network: "203.0.113.7" },
      { kind: "sign_in.succeeded", actor: "not_signed_in", network: "203.0.113.7" },
      { kind: "sign_in.failed", actor: "not_signed_in", network: null },
    ]);
    expect(answer.text).not.toContain(admin.id);
  });

  it("tells from where an event came only if it was certainly the owner's own", async () => {
    const user = await aUser();
    const rows = auditKinds.map((kind) => ({ kind, user_id: user.id, network: "203.0.113.7" }));
    const bySomebody = { id: uuidv7(), kind: "password.changed" as const, user_id: user.id, actor_id: admin.id };
    await db.insert(auditEvents).values(rows.map((row) => ({ id: uuidv7(), ...row })));
    await db.insert(auditEvents).values({ ...bySomebody, network: "203.0.113.7" });
    const { items } = (await user.get("/users/me/audit-events?limit=100")).body;
    const hidden = items.filter(({ network }: { network: string | null }) => network === null);
    expect(items).toHaveLength(rows.length + 1);
    expect(hidden.map(({ kind, actor }: { kind: string; actor: string }) => [kind, actor]).toSorted()).toStrictEqual([
      ["email.verification_requested", "not_signed_in"],
      ["password.changed", "administrator"],
      ["password.reset_requested", "not_signed_in"],
      ["session.replayed", "not_signed_in"],
      ["sign_in.failed", "not_signed_in"],
      ["sign_in.throttled", "not_signed_in"],
    ]);
  });

  it("promise 11: has nothing of anybody else, whatever the cursor", async () => {
    const [user, other] = [await aUser(), await aUser()];
    for (const { id } of [user, other]) for (const role of ["admin", "user"]) await change(id, { role });
    const mine = await user.get("/users/me/audit-events?limit=1");
    const theirs = await other.get(`/users/me/audit-events?cursor=${mine.body.next_cursor}`);
    expect(theirs.body.code).toBe("invalid_cursor");
    expect(mine.body.items).toHaveLength(1);
  });
});
