import { z } from "@hono/zod-openapi";
import { and, eq, ne, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { keyGuard } from "../../../src/crud/guards.ts";
import { apiKeys, auditEvents, customRoles, mails, members, organizations } from "../../../src/db/schema.ts";
import { body, endpoint, json } from "../../../src/endpoint/endpoint.ts";
import type { Permission } from "../../../src/permissions.ts";
import { Health } from "../../../src/schemas/health.ts";
import { parseApiKey } from "../../../src/security/api-keys.ts";
import { keysFor } from "../../../src/security/keys.ts";
import { aKey, api, aUser, db, deleteOwn, serve, serveWithMailbox, settings, unique } from "../../harness.ts";
import { aMember, anOrganization } from "../../members.ts";

const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

type Organization = Awaited<ReturnType<typeof anOrganization>>;

const params = z.object({ organization_id: z.uuid() });
const said = { tags: ["operations"], summary: "Make a thing", description: "A thing." } as const;
/** An endpoint of members that takes keys, and tells what it sees. */
const makeThing = endpoint(
  {
    ...{ ...said, method: "post", path: "/organizations/{organization_id}/things", operationId: "makeThing" },
    ...{ access: { member: "items:write" }, callers: ["user", "key"], idempotent: true },
    request: { params, body: body(Health) },
    responses: { 200: json(z.object({ id: z.string(), user: z.string().nullable(), set: z.string() }), "Seen") },
  },
  async (c) => {
    const { db, run, member } = c.var;
    const { rows } = await run(
      db.execute<{ id: string; set: string }>(
        sql`select gen_random_uuid() as id, current_setting('plinth.organization_id') as set`,
      ),
    );
    return c.json({ id: rows[0]?.id ?? "", user: member.userId, set: rows[0]?.set ?? "" }, 200);
  },
);
const things = serve({ endpoints: [makeThing] });
const use = (token: string, organization: string, headers = {}) =>
  things.post(`/organizations/${organization}/things`, { token, json: { status: "ok" }, headers });

/** A member with these permissions, by a role of the organization's own. */
async function aMemberWith(id: string, permissions: Permission[]) {
  const name = unique("role");
  await db.insert(customRoles).values({ organization_id: id, name, permissions });
  return aMember({ id }, name);
}

describe("a key of an organization", () => {
  it("is made by a member, acts for it in one round trip, and outlives the membership of its maker", async () => {
    const { id, owner, admin } = await anOrganization();
    const path = `/organizations/${id}/api-keys`;
    const made = await owner.post(path, { name: "Sync", permissions: ["items:write"] });
    expect([made.status, made.roundTrips]).toStrictEqual([201, 1]);
    expect(made.headers.get("Location")).toBe(`/api/v1${path}/${made.body.id}`);
    expect(made.body.made_by).toBe(owner.id);
    const used = await use(made.body.key, id);
    expect([used.status, used.roundTrips]).toStrictEqual([200, 1]);
    expect(used.body).toMatchObject({ user: null, set: id });
    expect((await admin.get(path)).body.items).toMatchObject([{ id: made.body.id, name: "Sync" }]);
    expect((await owner.get("/api-keys")).body.items).toStrictEqual([]);

    const maker = await aMemberWith(id, ["keys:manage", "items:write"]);
    const { key } = (await maker.post(path, { name: "Other", permissions: ["items:write"] })).body;
    await db.delete(members).where(eq(members.user_id, maker.id));
    expect((await use(key, id)).status).toBe(200);
    expect((await maker.get(path)).status).toBe(404);
  });

  it("acts for it in whatever letter case a path has its id", async () => {
    const { id, owner } = await anOrganization();
    const { body } = await owner.post(`/organizations/${id}/api-keys`, { name: "Sync", permissions: ["items:write"] });
    const used = await use(body.key, id.toUpperCase());
    expect([used.status, used.body.set]).toStrictEqual([200, id]);
  });

  it("gets no permission that its maker lacks, and gives nobody more by a change or a rotation", async () => {
    const { id, owner } = await anOrganization();
    const path = `/organizations/${id}/api-keys`;
    const maker = await aMemberWith(id, ["keys:manage", "items:read"]);
    const refused = await maker.post(path, { name: "Too much", permissions: ["items:read", "items:write"] });
    expect([refused.status, refused.body.code]).toStrictEqual([403, "permission_required"]);
    expect(refused.body.detail).toContain("items:write");
    const own = (await maker.post(path, { name: "Enough", permissions: ["items:read"] })).body;
    expect((await maker.patch(`${path}/${own.id}`, { permissions: ["items:write"] })).status).toBe(403);
    const strong = (await owner.post(path, { name: "Strong", permissions: ["items:write"] })).body;
    expect((await maker.post(`${path}/${strong.id}/rotate`, {})).status).toBe(403);
    expect((await maker.patch(`${path}/${strong.id}`, { networks: [] })).status).toBe(403);
    expect((await use(strong.key, id)).status).toBe(200);
    expect((await maker.post(`${path}/${own.id}/rotate`, {})).status).toBe(200);
    expect((await owner.post(`${path}/${own.id}/rotate`, {})).status).toBe(200);
    // To revoke one gives nobody anything.
    expect((await maker.delete(`${path}/${strong.id}`)).status).toBe(204);
    expect((await use(strong.key, id)).status).toBe(401);
    const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, own.id));
    expect(row?.permissions).toStrictEqual(["items:read"]);
  });

  it("is 404 in another organization, as for one that does not exist, and no user's", async () => {
    const [one, other] = [await anOrganization(), await anOrganization()];
    const key = await aKey({ organization_id: one.id, made_by: one.owner.id });
    const [there, nowhere] = [await use(key.token, other.id), await use(key.token, crypto.randomUUID())];
    expect([there.status, { ...there.body, request_id: "" }]).toStrictEqual([404, { ...nowhere.body, request_id: "" }]);
    // Its own guard refuses it without that of members, before it names the organization to the policies of rows.
    const issuer = { environment: settings.ENVIRONMENT, keys: (await keysFor(settings)).apiKey };
    const used = await parseApiKey(issuer, key.token);
    if (!used) throw new Error("The key is not ours");
    const asked = { ...used, address: undefined, organizationId: other.id, permission: "items:write" } as const;
    await expect(db.execute(sql`select ${keyGuard(asked)}`)).rejects.toMatchObject({ cause: { code: "PT404" } });
    const items = await key.get("/items");
    expect([items.status, items.body.code]).toStrictEqual([403, "permission_required"]);
    expect((await key.get(`/organizations/${one.id}/api-keys`)).body.code).toBe("invalid_token");
  });

  it("is refused once it is revoked, has expired or lacks the permission, and with its organization", async () => {
    const { id, owner } = await anOrganization();
    const own = { organization_id: id, made_by: owner.id };
    const [lacking, elsewhere, live] = [
      await aKey(own, { permissions: ["items:read"] }),
      await aKey(own, { networks: ["203.0.113.7"] }),
      await aKey(own),
    ];
    expect((await use(lacking.token, id)).body.code).toBe("permission_required");
    expect((await use(elsewhere.token, id)).body.code).toBe("network_not_allowed");
    expect((await use(elsewhere.token, id, { "CF-Connecting-IP": "203.0.113.7" })).status).toBe(200);
    expect((await use((await aKey(own, { expires_at: soon(-1) })).token, id)).status).toBe(401);
    expect((await use(live.token, id)).status).toBe(200);
    await db
      .update(organizations)
      .set({ deleted_at: soon(0) })
      .where(eq(organizations.id, id));
    expect((await use(live.token, id)).status).toBe(401);
  });

  it("ends for good with its organization, also where that goes with its owner, and the trail says so", async () => {
    for (const end of [
      ({ path, owner }: Organization) => api.as(owner).delete(path),
      async ({ id, owner }: Organization) => {
        await db.delete(members).where(and(eq(members.organization_id, id), ne(members.user_id, owner.id)));
        return deleteOwn(owner);
      },
    ]) {
      const organization = await anOrganization();
      const { id, owner } = organization;
      const keys = [
        await aKey({ organization_id: id, made_by: owner.id }),
        await aKey({ organization_id: id, made_by: owner.id }),
      ];
      const other = await anOrganization();
      const others = await aKey({ organization_id: other.id, made_by: owner.id });
      expect((await end(organization)).status).toBe(204);
      await db.update(organizations).set({ deleted_at: null }).where(eq(organizations.id, id));
      for (const { token } of keys) expect((await use(token, id)).status).toBe(401);
      expect((await use(others.token, other.id)).status).toBe(200);
      const events = await db
        .select()
        .from(auditEvents)
        .where(and(eq(auditEvents.organization_id, id), eq(auditEvents.kind, "api_key.revoked")));
      expect(events.map(({ details }) => details.api_key_id).toSorted()).toStrictEqual(
        keys.map((key) => key.id).toSorted(),
      );
    }
  });

  it("keeps the answers of its Idempotency-Keys to itself", async () => {
    const [one, other] = [await anOrganization(), await anOrganization()];
    const [key, foreign] = [
      await aKey({ organization_id: one.id, made_by: one.owner.id }),
      await aKey({ organization_id: other.id, made_by: other.owner.id }),
    ];
    const headers = { "Idempotency-Key": unique() };
    const first = await use(key.token, one.id, headers);
    const again = await use(key.token, one.id, headers);
    expect([again.body.id, again.headers.get("Idempotent-Replayed")]).toStrictEqual([first.body.id, "true"]);
    expect((await use(foreign.token, other.id, headers)).body.id).not.toBe(first.body.id);
  });

  it("names no user in the log", async () => {
    const { id, owner } = await anOrganization();
    const key = await aKey({ organization_id: id, made_by: owner.id });
    await use(key.token, id);
    expect(things.logs.at(-1)).toMatchObject({ api_key_id: key.id, user_id: undefined });
  });
});

describe("a key of a user, in an organization", () => {
  it("needs its own permission and that of the membership as it is now", async () => {
    const { id } = await anOrganization();
    const bob = await aMemberWith(id, ["items:write"]);
    const [key, weak] = [
      await aKey({ user_id: bob.id }),
      await aKey({ user_id: bob.id }, { permissions: ["items:read"] }),
    ];
    expect((await use(key.token, id)).body.user).toBe(bob.id);
    expect((await use(weak.token, id)).body.detail).toBe("This takes a key with the permission items:write.");
    const stranger = await aKey({ user_id: (await aUser()).id });
    const [there, nowhere] = [await use(stranger.token, id), await use(stranger.token, crypto.randomUUID())];
    expect([there.status, { ...there.body, request_id: "" }]).toStrictEqual([404, { ...nowhere.body, request_id: "" }]);
    const membership = and(eq(members.organization_id, id), eq(members.user_id, bob.id));
    await db.update(members).set({ role: "member" }).where(membership);
    expect((await use(key.token, id)).body.detail).toBe("This takes the permission items:write in the organization.");
    await db.delete(members).where(membership);
    expect((await use(key.token, id)).status).toBe(404);
  });
});

describe("the keys of an organization", () => {
  it("have names of their own, which 20 racers do not share", async () => {
    const [one, other] = [await anOrganization(), await anOrganization()];
    const make = ({ id, owner }: typeof one, name: string) =>
      owner.post(`/organizations/${id}/api-keys`, { name, permissions: ["items:read"] });
    const racers = await Promise.all(Array.from({ length: 20 }, (_, i) => make(one, i % 2 ? "Sync" : "SYNC")));
    expect(racers.map(({ status }) => status).toSorted()).toStrictEqual([201, ...Array(19).fill(409)]);
    expect((await make(other, "sync")).status).toBe(201);
    expect((await one.owner.post("/api-keys", { name: "sync", permissions: ["items:read"] })).status).toBe(201);
  });

  it("are reached by nobody below another organization, and by no member without the permission", async () => {
    const [one, other] = [await anOrganization(), await anOrganization()];
    const key = await aKey({ organization_id: one.id, made_by: one.owner.id });
    expect((await one.member.get(`/organizations/${one.id}/api-keys`)).status).toBe(403);
    const path = `/organizations/${other.id}/api-keys/${key.id}`;
    for (const answer of [
      await other.owner.get(path),
      await other.owner.patch(path, { name: "Mine" }),
      await other.owner.post(`${path}/rotate`, {}),
      await other.owner.delete(path),
      await one.owner.get(`/api-keys/${key.id}`),
      await one.owner.delete(`/api-keys/${key.id}`),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect((await use(key.token, one.id)).status).toBe(200);
  });
});

it("tells all who manage the keys of an organization of a change, and the others not from where it was made", async () => {
  const app = serveWithMailbox();
  const { id, path, name, owner, admin, member } = await anOrganization();
  const other = await aMember({ id }, "admin");
  const headers = { "CF-Connecting-IP": "203.0.113.78" };
  const json = { name: "Nightly", permissions: ["keys:manage"] };
  await app.as(admin).post(`${path}/api-keys`, json, { headers });
  await app.tasks();
  const mailTo = ({ email }: { email: string }) => app.sent.filter(({ to }) => to === email).map(({ text }) => text);
  for (const manager of [owner, other]) {
    const [text = "", ...more] = mailTo(manager);
    expect(more).toStrictEqual([]);
    expect(text).toContain(`An API key for ${name} on Plinth was made, with the name Nightly.`);
    expect(text).toContain("\nBy: another member of the organization\n");
    expect(text).not.toContain("203.0.113.78");
  }
  expect(mailTo(admin)).toStrictEqual([expect.stringContaining("network 203.0.113.78")]);
  expect(mailTo(member)).toStrictEqual([]);
});

it("tells twenty of those who manage the keys at most, the actor and the owner among them, and nobody whose account is deleted", async () => {
  const { id, path, owner, admin } = await anOrganization();
  const gone = await aMember({ id }, "admin");
  expect((await deleteOwn(gone)).status).toBe(204);
  for (let i = 0; i < 20; i++) await aMember({ id }, "admin");
  const { status, body } = await admin.post(`${path}/api-keys`, { name: unique(), permissions: ["keys:manage"] });
  expect(status).toBe(201);
  const told = await db.select().from(mails).where(sql`${mails.data} ->> 'api_key_id' = ${body.id}`);
  expect(told).toHaveLength(20);
  expect(told.map(({ user_id }) => user_id)).toEqual(expect.arrayContaining([admin.id, owner.id]));
  expect(told.map(({ user_id }) => user_id)).not.toContain(gone.id);
});
