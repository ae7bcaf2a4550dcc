import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { purgeRows } from "../../../src/crud/rows.ts";
import { auditEvents, invitations, members, organizations, sessions, slugs, users } from "../../../src/db/schema.ts";
import { aUser, bindings, db, deleteOwn, quickHash, serve, tokenFor, unique } from "../../harness.ts";
import { aMember, anOrganization } from "../../members.ts";
import { invited } from "../invitations/calls.ts";

const any = { headers: { "If-Match": "*" } };
const long = "2020-01-01T00:00:00.000Z";

describe("promise 38: an organization, seen from outside, is none", () => {
  it("is 404 to a stranger, a former member, somebody invited and after its deletion, like one that does not exist", async () => {
    const { id, path, owner, admin, member, guest } = await invited();
    const stranger = await aUser();
    await admin.delete(`/organizations/${id}/members/${member.id}`);
    const same = { headers: { "X-Request-Id": "same" } };
    const nobodys = await stranger.get(`/organizations/${crypto.randomUUID()}/members`, same);
    expect(nobodys.status).toBe(404);
    for (const user of [stranger, member, guest, await aUser({ role: "admin" })]) {
      expect((await user.get(`${path}/members`, same)).text).toBe(nobodys.text);
    }
    expect((await owner.delete(path, any)).status).toBe(204);
    for (const user of [owner, admin]) expect((await user.get(`${path}/members`, same)).text).toBe(nobodys.text);
  });

  it("names the permission that a member lacks", async () => {
    const { path, member } = await anOrganization();
    const { status, body } = await member.get(`${path}/invitations`);
    expect([status, body.code]).toStrictEqual([403, "permission_required"]);
    expect(body.detail).toContain("members:manage");
  });

  it("knows no permission of a role of the same name in another organization", async () => {
    const [weak, strong] = [await anOrganization(), await anOrganization()];
    await weak.admin.post(`${weak.path}/roles`, { name: "same", permissions: [] });
    await strong.admin.post(`${strong.path}/roles`, { name: "same", permissions: ["audit:read"] });
    const statuses = [weak, strong].map(async (one) => {
      const member = await aMember(one, "same");
      return (await member.get(`${one.path}/audit-events`)).status;
    });
    expect(await Promise.all(statuses)).toStrictEqual([403, 200]);
  });

  it("obeys a change of role at the next request, also of one that it made itself", async () => {
    const { path, admin, member } = await anOrganization();
    const look = async () => (await member.get(`${path}/audit-events`)).status;
    expect(await look()).toBe(403);
    await admin.post(`${path}/roles`, { name: "auditor", permissions: ["audit:read"] });
    await admin.patch(`${path}/members/${member.id}`, { role: "auditor" });
    expect(await look()).toBe(200);
    await admin.put(`${path}/roles/auditor`, { permissions: [] });
    expect(await look()).toBe(403);
    expect((await admin.delete(`${path}/roles/auditor`)).body.code).toBe("still_referenced");
  });

  it("answers every call below it in one round trip", async () => {
    const { path, member } = await anOrganization();
    for (const below of ["", "/members", "/roles"]) expect((await member.get(`${path}${below}`)).roundTrips).toBe(1);
  });
});

describe("promise 39: nobody gives, takes or makes a role that can do more than they can", () => {
  it("holds for members, invitations and roles", async () => {
    const { id, path, owner, admin, member } = await anOrganization();
    await admin.post(`${path}/roles`, { name: "people", permissions: ["members:manage", "roles:manage"] });
    const other = await aMember({ id }, "people");
    const more = async (answer: Promise<{ status: number; body: { code: string } }>) =>
      expect([(await answer).status, (await answer).body.code]).toStrictEqual([403, "forbidden"]);
    await more(other.patch(`${path}/members/${other.id}`, { role: "admin" }));
    await more(other.patch(`${path}/members/${admin.id}`, { role: "member" }));
    await more(other.delete(`${path}/members/${admin.id}`));
    await more(other.post(`${path}/invitations`, { email: `${unique()}@example.com`, role: "admin" }));
    await more(other.post(`${path}/roles`, { name: "spy", permissions: ["audit:read"] }));
    await more(other.put(`${path}/roles/people`, { permissions: ["audit:read", "members:manage"] }));
    await more(admin.post(`${path}/roles`, { name: "end", permissions: ["organization:delete"] }));
    await admin.post(`${path}/roles`, { name: "auditors", permissions: ["audit:read"] });
    await more(other.delete(`${path}/roles/auditors`));
    await more(other.put(`${path}/roles/auditors`, { permissions: [] }));
    expect((await other.patch(`${path}/members/${member.id}`, { role: "people" })).status).toBe(200);
    expect((await owner.patch(`${path}/members/${member.id}`, { role: "admin" })).status).toBe(200);
  });

  it("knows no role but those of the organization, and gives nobody that of the owner", async () => {
    const { path, admin, member } = await anOrganization();
    for (const role of ["owner", "nobody"]) {
      const wrong = { code: "invalid_reference", errors: [{ loc: ["body", "role"], type: "not_found" }] };
      expect((await admin.patch(`${path}/members/${member.id}`, { role })).body).toMatchObject(wrong);
      const invitation = { email: `${unique()}@example.com`, role };
      expect((await admin.post(`${path}/invitations`, invitation)).body).toMatchObject(wrong);
    }
    expect((await admin.get(`${path}/members?q=${member.username}`)).body.items).toMatchObject([{ role: "member" }]);
    expect((await admin.post(`${path}/roles`, { name: "owner", permissions: [] })).status).toBe(422);
    await admin.post(`${path}/roles`, { name: "one", permissions: ["audit:read"] });
    expect((await admin.post(`${path}/roles`, { name: "one", permissions: [] })).body.code).toBe("role_taken");
    expect((await admin.put(`${path}/roles/none`, { permissions: [] })).status).toBe(404);
    const twice = { permissions: ["audit:read", "audit:read"] };
    for (const answer of [
      await admin.post(`${path}/roles`, { name: "two", ...twice }),
      await admin.put(`${path}/roles/one`, twice),
    ]) {
      expect([answer.status, answer.body.errors[0].type]).toStrictEqual([422, "duplicate"]);
    }
  });
});

describe("promise 40: there is always an owner", () => {
  it("who can neither leave, be removed nor be given another role", async () => {
    const { path, owner, admin } = await anOrganization();
    expect((await owner.post(`${path}/leave`)).body.code).toBe("owner_required");
    expect((await admin.delete(`${path}/members/${owner.id}`)).body.code).toBe("owner_required");
    expect((await owner.patch(`${path}/members/${owner.id}`, { role: "member" })).body.code).toBe("owner_required");
  });

  it("is one, whoever offers, accepts, leaves and removes at once", async () => {
    const { id, path, owner, admin, member } = await anOrganization();
    const people = [owner, admin, member];
    await owner.put(`${path}/transfer`, { user_id: admin.id });
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const actor = people[i % 3] ?? owner;
        const target = people[(i + 1) % 3] ?? owner;
        const acts = [
          () => actor.post(`${path}/transfer/accept`),
          () => actor.post(`${path}/leave`),
          () => actor.delete(`${path}/members/${target.id}`),
          () => actor.put(`${path}/transfer`, { user_id: target.id }),
          () => actor.patch(`${path}/members/${target.id}`, { role: "admin" }),
        ];
        return acts[i % 5]?.();
      }),
    );
    const { rows } = await db.execute(sql`
      select from organizations o join organization_members m on m.organization_id = o.id and m.user_id = o.owner_id
      where o.id = ${id}`);
    expect(rows).toHaveLength(1);
  });

  it("is not taken over by a permission to transfer, nor by an offer from before a removal", async () => {
    const { path, owner, admin, member } = await anOrganization();
    await owner.post(`${path}/roles`, { name: "deputy", permissions: ["organization:transfer"] });
    await owner.patch(`${path}/members/${member.id}`, { role: "deputy" });
    expect((await member.put(`${path}/transfer`, { user_id: member.id })).body.code).toBe("invalid_reference");
    expect((await member.post(`${path}/transfer/accept`)).status).toBe(404);
    await owner.put(`${path}/transfer`, { user_id: admin.id });
    await owner.delete(`${path}/members/${admin.id}`);
    expect((await owner.get(path)).body.next_owner_id).toBeNull();
  });

  it("leaves each former owner an admin, however often it changes", async () => {
    const { path, owner, admin, member } = await anOrganization();
    for (const [from, to] of [
      [owner, member],
      [member, admin],
    ] as const) {
      await from.put(`${path}/transfer`, { user_id: to.id });
      expect((await to.post(`${path}/transfer/accept`)).status).toBe(200);
    }
    expect((await member.get(path)).body.role).toBe("admin");
  });

  it("changes by consent alone, and the former owner stays an admin", async () => {
    const { id, path, owner, admin, member } = await anOrganization();
    const wrong = { code: "invalid_reference", errors: [{ loc: ["body", "user_id"], type: "not_found" }] };
    const inactive = await aMember({ id }, "admin");
    await db.update(users).set({ is_active: false }).where(eq(users.id, inactive.id));
    for (const other of [await aUser(), inactive]) {
      expect((await owner.put(`${path}/transfer`, { user_id: other.id })).body).toMatchObject(wrong);
    }
    expect((await admin.put(`${path}/transfer`, { user_id: member.id })).body.code).toBe("permission_required");
    expect((await owner.put(`${path}/transfer`, { user_id: member.id })).body.next_owner_id).toBe(member.id);
    expect((await admin.post(`${path}/transfer/accept`)).status).toBe(404);
    expect((await admin.delete(`${path}/transfer`)).status).toBe(404);
    expect((await member.delete(`${path}/transfer`)).status).toBe(204);
    expect((await member.post(`${path}/transfer/accept`)).status).toBe(404);
    await owner.put(`${path}/transfer`, { user_id: member.id });
    const { body } = await member.post(`${path}/transfer/accept`);
    expect([body.role, body.owner_id, body.next_owner_id]).toStrictEqual(["owner", member.id, null]);
    expect((await owner.get(path)).body.role).toBe("admin");
  });

  it("keeps an account that owns an organization with others, and deletes one in which it is alone", async () => {
    const { id, path, owner, admin, member } = await anOrganization();
    expect((await deleteOwn(owner)).body.code).toBe("owner_required");
    const boss = await aUser({ role: "admin" });
    expect((await boss.delete(`/users/${owner.id}`, any)).body.code).toBe("owner_required");
    for (const user of [admin, member]) await user.post(`${path}/leave`);
    expect((await deleteOwn(owner)).status).toBe(204);
    const [row] = await db.select().from(organizations).where(eq(organizations.id, id));
    expect(row?.deleted_at).not.toBeNull();
  });
});

describe("names and slugs", () => {
  it("are unique without case", async () => {
    const { name, slug } = await anOrganization();
    const ada = await aUser();
    const found = (fields: object) => ada.post("/organizations", { name: unique(), slug: unique(), ...fields });
    expect((await found({ name: name.toUpperCase() })).body.code).toBe("organization_name_taken");
    expect((await found({ slug: slug.toUpperCase() })).body.code).toBe("slug_taken");
    expect((await found({ slug: "No_Slug" })).status).toBe(422);
  });

  it("are unique in either Unicode form of an accent, and stay as they were typed", async () => {
    const owner = await aUser();
    const name = `Café ${unique()}`;
    const typed = name.normalize("NFD");
    const make = (name: string) => owner.post("/organizations", { name, slug: unique("slug") });
    expect(await make(typed)).toMatchObject({ status: 201, body: { name: typed } });
    for (const form of ["NFC", "NFD"]) {
      expect((await make(name.normalize(form).toUpperCase())).body.code).toBe("organization_name_taken");
    }
    const key = (name: string) => owner.post("/api-keys", { name, permissions: ["items:read"] });
    expect(await key(typed)).toMatchObject({ status: 201, body: { name: typed } });
    expect((await key(name.normalize("NFC"))).body.code).toBe("name_taken");
  });

  it("keep a slug that was given up from others for 90 days, but not from the one that had it", async () => {
    const { path, slug, admin } = await anOrganization();
    const ada = await aUser();
    await admin.patch(path, { slug: unique("new") }, any);
    expect((await ada.post("/organizations", { name: unique(), slug })).body.code).toBe("slug_taken");
    const other = await anOrganization();
    expect((await other.admin.patch(other.path, { slug }, any)).body.code).toBe("slug_taken");
    expect((await admin.patch(path, { slug }, any)).body.slug).toBe(slug);
    await admin.patch(path, { slug: unique("new") }, any);
    await db.update(slugs).set({ released_at: long }).where(eq(slugs.slug, slug));
    expect((await ada.post("/organizations", { name: unique(), slug })).status).toBe(201);
  });

  it("keep it for 90 days from the last time that it was given up", async () => {
    const { path, slug, admin } = await anOrganization();
    await admin.patch(path, { slug: unique("new") }, any);
    await db.update(slugs).set({ released_at: long }).where(eq(slugs.slug, slug));
    for (const next of [slug, unique("new")]) await admin.patch(path, { slug: next }, any);
    const { body } = await (await aUser()).post("/organizations", { name: unique(), slug });
    expect(body.code).toBe("slug_taken");
  });

  it("hold at most three slugs that were given up", async () => {
    const { id, path, slug, admin } = await anOrganization();
    for (let i = 0; i < 5; i++) await admin.patch(path, { slug: unique(`s${i}`) }, any);
    expect(await db.$count(slugs, eq(slugs.organization_id, id))).toBe(4);
    expect((await (await aUser()).post("/organizations", { name: unique(), slug })).status).toBe(201);
  });

  it("are bounded for each user by ORGANIZATIONS_PER_USER", async () => {
    const app = serve({ bindings: { ...bindings, ORGANIZATIONS_PER_USER: "1" } });
    const ada = app.as(await aUser());
    expect((await ada.post("/organizations", { name: unique(), slug: unique() })).status).toBe(201);
    expect((await ada.post("/organizations", { name: unique(), slug: unique() })).body.code).toBe("quota_exceeded");
  });
});

describe("a member who leaves", () => {
  it("leaves no open invitation behind", async () => {
    const { path, owner, admin, invitation } = await invited();
    expect((await admin.post(`${path}/leave`)).status).toBe(204);
    const { items } = (await owner.get(`${path}/invitations`)).body;
    expect(items).toMatchObject([{ id: invitation.id, status: "revoked" }]);
  });

  it("is offered the organization no more", async () => {
    const { path, owner, member } = await anOrganization();
    await owner.put(`${path}/transfer`, { user_id: member.id });
    expect((await member.post(`${path}/leave`)).status).toBe(204);
    expect((await owner.get(path)).body.next_owner_id).toBeNull();
  });

  it("keeps open invitations and an offer in another organization, as does one who is removed or gets another role", async () => {
    const { path, owner, admin, invitation } = await invited();
    await owner.put(`${path}/transfer`, { user_id: admin.id });
    const ends = [
      (other: string) => admin.post(`${other}/leave`),
      (other: string, by: typeof owner) => by.delete(`${other}/members/${admin.id}`),
      (other: string, by: typeof owner) => by.patch(`${other}/members/${admin.id}`, { role: "member" }),
    ];
    for (const end of ends) {
      const other = await anOrganization();
      await db.insert(members).values({ organization_id: other.id, user_id: admin.id, role: "admin" });
      expect((await end(other.path, other.owner)).status).toBeLessThan(300);
    }
    expect((await owner.get(`${path}/invitations`)).body.items).toMatchObject([{ id: invitation.id, status: "open" }]);
    expect((await owner.get(path)).body.next_owner_id).toBe(admin.id);
  });
});

describe("deletion and restoration", () => {
  it("end an offer of the organization", async () => {
    const { path, owner, member } = await anOrganization();
    await owner.put(`${path}/transfer`, { user_id: member.id });
    await owner.delete(path, any);
    expect((await owner.post(`${path}/restore`)).body.next_owner_id).toBeNull();
  });

  it("end an offer, too, where it goes with the account of its owner", async () => {
    const { path, owner, admin, member } = await anOrganization();
    await owner.put(`${path}/transfer`, { user_id: member.id });
    for (const user of [admin, member]) expect((await deleteOwn(user)).status).toBe(204);
    const [app, password] = [serve(), unique("password")];
    await db
      .update(users)
      .set({ password_hash: quickHash(password) })
      .where(eq(users.id, owner.id));
    expect((await owner.post("/users/me/deletion", { current_password: password })).status).toBe(204);
    const { body } = await app.post("/auth/restore", { json: { username: owner.username, password } });
    const back = await app.as({ token: body.access_token }).post(`${path}/restore`);
    expect([back.status, back.body.next_owner_id]).toStrictEqual([200, null]);
  });

  it("is the owner's, and brings everything back", async () => {
    const { path, owner, admin, member } = await anOrganization();
    expect((await admin.delete(path, any)).body.code).toBe("permission_required");
    await owner.delete(path, any);
    expect((await owner.get("/organizations?status=deleted")).body.items).toHaveLength(1);
    expect((await admin.get("/organizations?status=deleted")).body.items).toHaveLength(0);
    expect((await member.get("/organizations")).body.items).toHaveLength(0);
    expect((await admin.post(`${path}/restore`)).status).toBe(404);
    expect((await owner.post(`${path}/restore`)).body.role).toBe("owner");
    expect((await member.get(path)).body.role).toBe("member");
  });

  it("is final after RETENTION_DAYS, and frees the slug", async () => {
    const { id, slug, owner, path } = await anOrganization({ deleted_at: long });
    expect((await owner.post(`${path}/restore`)).status).toBe(404);
    expect((await owner.get("/organizations?status=deleted")).body.items).toHaveLength(0);
    await purgeRows(db, organizations, 30, 1_000);
    expect(await db.$count(members, eq(members.organization_id, id))).toBe(0);
    expect((await (await aUser()).post("/organizations", { name: unique(), slug })).status).toBe(201);
  });
});

describe("promise 41: an invitation", () => {
  it("makes the owner of the address a member once, even in a race, and tells each that they are one", async () => {
    const { id, path, guest, secret } = await invited("admin");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => guest.post("/invitations/accept", { token: secret })),
    );
    expect(answers.map(({ status, body }) => [status, body.id, body.role])).toStrictEqual(
      answers.map(() => [200, id, "admin"]),
    );
    expect((await guest.get(path)).body.role).toBe("admin");
    const joined = and(eq(auditEvents.organization_id, id), eq(auditEvents.kind, "member.joined"));
    expect(await db.$count(auditEvents, joined)).toBe(1);
  });

  it("lets nobody in again who has left, nor a member whom it was not for", async () => {
    const { path, admin, guest, secret } = await invited();
    const accept = (who: typeof guest) => who.post("/invitations/accept", { token: secret });
    expect((await accept(admin)).body.code).toBe("invalid_one_time_token");
    expect([(await accept(guest)).status, (await accept(guest)).status]).toStrictEqual([200, 200]);
    expect((await guest.post(`${path}/leave`)).status).toBe(204);
    expect((await accept(guest)).body.code).toBe("invalid_one_time_token");
  });

  it("is for its address, whoever else has the link", async () => {
    const { guest, secret } = await invited();
    const other = await aUser();
    const refused = (await other.post("/invitations/accept", { token: secret })).body;
    expect([refused.code, refused.detail]).toStrictEqual([
      "invalid_one_time_token",
      "The invitation has ended, or is for another e-mail address than the verified one of your account.",
    ]);
    expect((await guest.post("/invitations/accept", { token: secret })).status).toBe(200);
  });

  it("ends when it is withdrawn, declined, sent again, expired, or its organization deleted", async () => {
    const ends = [
      async ({ admin, path, invitation }: Awaited<ReturnType<typeof invited>>) =>
        admin.delete(`${path}/invitations/${invitation.id}`),
      async ({ secret }: Awaited<ReturnType<typeof invited>>) =>
        serve().post("/invitations/decline", { json: { token: secret } }),
      async ({ admin, path, invitation }: Awaited<ReturnType<typeof invited>>) =>
        admin.post(`${path}/invitations/${invitation.id}/resend`),
      async ({ invitation }: Awaited<ReturnType<typeof invited>>) =>
        db.update(invitations).set({ expires_at: long }).where(eq(invitations.id, invitation.id)),
      async ({ owner, path }: Awaited<ReturnType<typeof invited>>) => owner.delete(path, any),
    ];
    for (const end of ends) {
      const one = await invited();
      await end(one);
      const { body } = await one.guest.post("/invitations/accept", { token: one.secret });
      expect(body.code, String(end)).toBe("invalid_one_time_token");
    }
  });

  it("cannot be declined once it has ended, nor sent again unless it has only expired", async () => {
    for (const change of [{ expires_at: long }, { revoked_at: long }, { accepted_at: long }, { declined_at: long }]) {
      const { path, admin, invitation, secret } = await invited();
      await db.update(invitations).set(change).where(eq(invitations.id, invitation.id));
      if (!("expires_at" in change)) {
        expect((await admin.post(`${path}/invitations/${invitation.id}/resend`)).status).toBe(404);
      }
      const { body } = await serve().post("/invitations/decline", { json: { token: secret } });
      expect(body.code, JSON.stringify(change)).toBe("invalid_one_time_token");
    }
  });

  it("lasts seven days, and then makes room for another to its address", async () => {
    const { path, admin, guest, invitation, secret } = await invited();
    const days = (Date.parse(invitation.expires_at) - Date.parse(invitation.sent_at)) / 86_400_000;
    expect(days).toBe(7);
    await db.update(invitations).set({ expires_at: long }).where(eq(invitations.id, invitation.id));
    const next = await admin.post(`${path}/invitations`, { email: guest.email });
    expect([next.status, next.body.status]).toStrictEqual([201, "open"]);
    expect((await guest.post("/invitations/accept", { token: secret })).body.code).toBe("invalid_one_time_token");
    const all = (await admin.get(`${path}/invitations`)).body.items;
    expect(all.map(({ status }: { status: string }) => status)).toStrictEqual(["open", "revoked"]);
  });

  it("goes to the address of a member whose account was deleted, who is none any more", async () => {
    const { path, owner, admin, member } = await anOrganization();
    expect((await deleteOwn(member)).status).toBe(204);
    expect((await owner.patch(`${path}/members/${member.id}`, { role: "admin" })).status).toBe(404);
    const ids = (await owner.get(`${path}/members`)).body.items.map(({ id }: { id: string }) => id);
    expect(ids.toSorted()).toStrictEqual([owner.id, admin.id].toSorted());
    expect((await owner.post(`${path}/invitations`, { email: member.email })).status).toBe(201);
  });

  it("ends with the membership or the role of its sender, whose own it may be", async () => {
    for (const end of ["delete", "patch"] as const) {
      const { path, owner, admin, guest, secret } = await invited("admin");
      const member = `${path}/members/${admin.id}`;
      await (end === "delete" ? owner.delete(member) : owner.patch(member, { role: "member" }));
      expect((await guest.post("/invitations/accept", { token: secret })).body.code).toBe("invalid_one_time_token");
    }
  });

  it("takes an account that has verified the address", async () => {
    const { guest, secret } = await invited();
    const accept = () => guest.post("/invitations/accept", { token: secret });
    await db.update(users).set({ email_verified_at: null }).where(eq(users.id, guest.id));
    expect((await accept()).body.code).toBe("invalid_one_time_token");
    await db.update(users).set({ email_verified_at: long }).where(eq(users.id, guest.id));
    expect((await accept()).status).toBe(200);
  });

  it("is sent again only by somebody who could send it, with a fresh proof of the password", async () => {
    const { id, path, owner, invitation } = await invited("admin");
    await owner.post(`${path}/roles`, { name: "people", permissions: ["members:manage"] });
    const other = await aMember({ id }, "people");
    const resend = `${path}/invitations/${invitation.id}/resend`;
    expect((await other.post(resend)).body.code).toBe("forbidden");
    await db.update(sessions).set({ proved_at: long }).where(eq(sessions.id, owner.sessionId));
    for (const call of [owner.post(resend), owner.post(`${path}/invitations`, { email: `${unique()}@example.com` })]) {
      expect((await call).body.code).toBe("insufficient_user_authentication");
    }
  });

  it("does the same for an address with and without an account", async () => {
    const { path, admin } = await anOrganization();
    const guest = await aUser();
    const [known, unknown] = await Promise.all(
      [guest.email, `${unique()}@example.com`].map((email) => admin.post(`${path}/invitations`, { email })),
    );
    const shape = ({ body }: { body: object } = { body: {} }) => Object.keys(body);
    expect([known?.status, shape(known)]).toStrictEqual([unknown?.status, shape(unknown)]);
    expect((await admin.post(`${path}/invitations`, { email: guest.email.toUpperCase() })).body.code).toBe(
      "invitation_open",
    );
  });

  it("is refused for a member, and beyond the bounds of members and of invitations", async () => {
    const { path, owner, member } = await anOrganization();
    for (const email of [member.email, member.email.toUpperCase()]) {
      expect((await owner.post(`${path}/invitations`, { email })).body.code).toBe("already_member");
    }
    const few = serve({ bindings: { ...bindings, INVITATIONS_PER_DAY: "1", MEMBERS_PER_ORGANIZATION: "3" } });
    const sender = few.as(owner);
    expect((await sender.post(`${path}/invitations`, { email: `${unique()}@example.com` })).status).toBe(201);
    const { status, headers } = await sender.post(`${path}/invitations`, { email: `${unique()}@example.com` });
    expect([status, Number(headers.get("Retry-After")) > 80_000]).toStrictEqual([429, true]);
    const full = await invited();
    const { body } = await few.as(full.guest).post("/invitations/accept", { token: full.secret });
    expect(body.code).toBe("quota_exceeded");
    expect((await full.guest.post("/invitations/accept", { token: full.secret })).status).toBe(200);
  });
});

describe("promise 42: fresh", () => {
  it("asks for a proof of the password that is not older, by RFC 9470, and takes a new one", async () => {
    const app = serve();
    const username = unique();
    const account = { username, email: `${username}@example.com`, password: "correct horse battery" };
    await app.post("/users", { json: account });
    const { body } = await app.post("/auth/login", { json: { username, password: account.password } });
    const ada = app.as({ token: body.access_token });
    const { body: made } = await ada.post("/organizations", { name: username, slug: username });
    const path = `/organizations/${made.id}`;
    const { body: me } = await ada.get("/users/me");
    await db.update(sessions).set({ proved_at: long }).where(eq(sessions.user_id, me.id));
    const refused = await ada.delete(path, any);
    expect([refused.status, refused.body.code]).toStrictEqual([401, "insufficient_user_authentication"]);
    expect(refused.headers.get("WWW-Authenticate")).toBe(
      'Bearer error="insufficient_user_authentication", max_age="600"',
    );
    expect((await ada.post("/auth/password/confirm", { current_password: "wrong" })).body.code).toBe("wrong_password");
    expect((await ada.delete(path, any)).status).toBe(401);
    expect((await ada.post("/auth/password/confirm", { current_password: account.password })).status).toBe(204);
    expect((await ada.delete(path, any)).status).toBe(204);
  });

  it("is a matter of each session", async () => {
    const { path, owner } = await anOrganization();
    await db.update(sessions).set({ proved_at: long }).where(eq(sessions.id, owner.sessionId));
    expect((await owner.delete(path, any)).status).toBe(401);
    expect((await owner.get(path)).status).toBe(200);
    const gone = await tokenFor({ id: owner.id, sessionId: crypto.randomUUID() });
    expect((await serve().as({ token: gone }).delete(path, any)).body.code).toBe("invalid_token");
  });
});

describe("GET /users/me?include=memberships", () => {
  it("tells what the caller may do, in the same round trip, and changes its ETag with it", async () => {
    const { id, path, name, slug, owner, admin, member } = await anOrganization();
    const look = () => member.get("/users/me?include=memberships");
    const before = await look();
    expect(before.roundTrips).toBe(1);
    const membership = { organization_id: id, name, slug, role: "member", permissions: [] };
    expect(before.body.memberships).toStrictEqual([membership]);
    await admin.patch(`${path}/members/${member.id}`, { role: "admin" });
    const after = await look();
    expect(after.body.memberships[0].permissions).toContain("members:manage");
    expect(after.headers.get("ETag")).not.toBe(before.headers.get("ETag"));
    expect((await member.get("/users/me")).body.memberships).toBeUndefined();
    expect((await owner.get("/users/me/export")).body.memberships).toMatchObject([
      { organization_id: id, role: "owner" },
    ]);
  });
});

it("tells an organization who did what, without anybody's network", async () => {
  const { path, admin, member, id } = await anOrganization();
  await admin.delete(`${path}/members/${member.id}`);
  const { body } = await admin.get(`${path}/audit-events`);
  expect(body.items[0]).toMatchObject({
    kind: "member.removed",
    user_id: member.id,
    actor_id: admin.id,
    organization_id: id,
  });
  expect(body.items[0]).not.toHaveProperty("network");
  const { body: own } = await member.get("/users/me/audit-events");
  expect(own.items[0]).toMatchObject({ kind: "member.removed", actor: "member" });
});
