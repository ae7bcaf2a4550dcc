import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { mails, members, users } from "../../../src/db/schema.ts";
import { bindings, db, serve, unique } from "../../harness.ts";
import { anOrganization } from "../../members.ts";
import { invited } from "./calls.ts";

const somebody = () => ({ email: `${unique()}@example.com` });

describe("invitations", () => {
  it("are sent and sent again only by somebody who has verified an address of their own", async () => {
    const { path, admin, invitation } = await invited();
    await db.update(users).set({ email_verified_at: null }).where(eq(users.id, admin.id));
    for (const call of [
      () => admin.post(`${path}/invitations`, somebody()),
      () => admin.post(`${path}/invitations/${invitation.id}/resend`),
    ]) {
      const { status, body } = await call();
      expect([status, body.code]).toStrictEqual([400, "email_not_verified"]);
    }
    expect((await admin.get(`${path}/invitations`)).body.items).toStrictEqual([invitation]);
  });

  it("are bounded for each sender in all of their organizations, and a refused one counts for nobody", async () => {
    const app = serve({ bindings: { ...bindings, INVITATIONS_PER_DAY: "2" } });
    const [first, second] = [await anOrganization(), await anOrganization()];
    const { admin } = first;
    await db.insert(members).values({ organization_id: second.id, user_id: admin.id, role: "admin" });
    const invite = async ({ path }: { path: string }, sender: { token: string }) =>
      (await app.as(sender).post(`${path}/invitations`, somebody())).status;
    expect([await invite(first, admin), await invite(second, admin)]).toStrictEqual([201, 201]);
    expect([await invite(second, admin), await invite(second, admin)]).toStrictEqual([429, 429]);
    expect([await invite(second, second.admin), await invite(second, second.admin)]).toStrictEqual([201, 429]);
    expect(await invite(first, first.owner)).toBe(201);
    expect(await invite(second, second.admin)).toBe(429);
  });

  it("send ten mails to an address at once, from however many organizations", async () => {
    const { email } = somebody();
    for (let sent = 0; sent < 11; sent++) {
      const { path, owner } = await anOrganization();
      expect((await owner.post(`${path}/invitations`, { email })).status).toBe(201);
    }
    expect(await db.$count(mails, eq(mails.recipient, email))).toBe(10);
  });
});
