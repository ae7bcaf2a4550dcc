import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { auditEvents } from "../../../src/db/schema.ts";
import { api, aUser, db, quickHash } from "../../harness.ts";

const password = "correct horse battery";
const password_hash = quickHash(password);

describe("GET /users/me/export", () => {
  it("is a file with everything about you, and nothing secret", async () => {
    const user = await aUser({ password_hash, full_name: "Ada" });
    const { refresh_token, access_token } = (
      await api.post("/auth/login", { json: { username: user.username, password } })
    ).body;
    await api.post("/auth/password/forgot", { json: { email: user.email } });
    await api.post("/auth/logout", { json: { refresh_token } });

    const answer = await user.get("/users/me/export");
    expect(answer.status).toBe(200);
    expect(answer.roundTrips).toBe(1);
    expect(answer.headers.get("Content-Disposition")).toMatch(/^attachment; filename="export-\d{4}-\d\d-\d\d\.json"$/);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.body).toMatchObject({
      is_complete: true,
      profile: { id: user.id, email: user.email, full_name: "Ada" },
      mails: [{ kind: "reset_password", recipient: user.email }],
      mailed_links: [{ purpose: "reset_password", email: user.email, used_at: null }],
    });
    const ended = answer.body.sessions.map(({ ended_at }: { ended_at: string | null }) => ended_at !== null);
    expect(ended.toSorted()).toStrictEqual([false, true]);
    const kinds = answer.body.audit_events.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toContain("sign_in.succeeded");
    expect(answer.text).not.toMatch(/hash|scrypt|seed|deleted_at/);
    for (const token of [refresh_token, access_token]) expect(answer.text).not.toContain(token);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.user_id, user.id));
    expect(events.map(({ kind }) => kind)).toContain("account.exported");
  });

  it("tells from where an event came only if it was certainly yours", async () => {
    const user = await aUser({ password_hash });
    const guess = (password: string, network: string) =>
      api.post("/auth/login", {
        json: { username: user.username, password },
        headers: { "CF-Connecting-IP": network },
      });
    await guess("not the password", "198.51.100.1");
    await guess(password, "203.0.113.7");
    const { body, text } = await user.get("/users/me/export");
    const events = body.audit_events.filter(({ kind }: { kind: string }) => /failed|succeeded/.test(kind));
    expect(events).toMatchObject([
      { kind: "sign_in.succeeded", network: "203.0.113.7" },
      { kind: "sign_in.failed", network: null },
    ]);
    expect(text).not.toContain("198.51.100.1");
  });

  it("is not complete either where another list was cut", async () => {
    const user = await aUser();
    await db.execute(sql`insert into mails (id, user_id, kind, recipient, data)
      select gen_random_uuid(), ${user.id}::uuid, 'new_sign_in', 'a@example.com', '{}' from generate_series(1, 10000)`);
    const { body } = await user.get("/users/me/export");
    expect(body.mails).toHaveLength(10_000);
    expect(body.is_complete).toBe(false);
  });
});
