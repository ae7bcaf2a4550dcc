import { and, eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { organizationPath, permissionIn } from "../../src/context/policy.ts";
import { auditEvents, customRoles, invitations, members } from "../../src/db/schema.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { isRole, neededFor, permissions, rolesWith } from "../../src/permissions.ts";
import { endpoints } from "../../src/routes/index.ts";
import { type Call, called, send } from "../calls.ts";
import { exampleBody, examplePath, parametersIn, withParameters } from "../examples.ts";
import { aKey, aUser, db, unique } from "../harness.ts";
import { holding } from "../holding.ts";
import { aMember, anOrganization } from "../members.ts";

/** The endpoints for members, each with what it asks of them. */
const ofMembers = endpoints.flatMap((endpoint) => {
  const { access, operationId } = endpoint.policy;
  return typeof access === "object" ? [{ operationId, endpoint, wanted: access.member }] : [];
});

type Attack = Call & { organization: { id: string } };

/** A call that succeeds, or one made of examples, which gets as far as the guard. */
async function attackOn(endpoint: Endpoint): Promise<Attack> {
  const make = called.find((one) => one.endpoint === endpoint)?.make;
  if (make) {
    const call = await make();
    return { ...call, organization: { id: parametersIn(endpoint, call.path)[0]?.value ?? "" } };
  }
  const organization = await anOrganization();
  const path = examplePath(endpoint, { organization_id: organization.id }).replace(/^\/api\/v1/, "");
  const json = exampleBody(endpoint);
  return { organization, path, token: organization.owner.token, ...(json && { json }) };
}

/** The answer to somebody else's token, in the same words whenever the refusal is the same. */
function as(token: string, endpoint: Endpoint, { organization: _, headers, ...call }: Attack) {
  return send(endpoint, { ...call, token, headers: { ...headers, "X-Request-Id": "same" } });
}

/** The user of an access token. */
function subjectOf(token: string): string {
  const [, claims = ""] = token.split(".");
  return JSON.parse(Buffer.from(claims, "base64url").toString()).sub;
}

/** Those who have nothing to do with an organization, or no longer, or not yet. */
const outsiders: [string, (organization: { id: string }) => Promise<{ token: string }>][] = [
  ["a member of another organization", async () => aMember(await anOrganization(), "admin")],
  ["the owner of another organization", async () => (await anOrganization()).owner],
  [
    "a former member",
    async (organization) => {
      const user = await aMember(organization, "admin");
      const { organization_id, user_id } = members;
      await db.delete(members).where(and(eq(organization_id, organization.id), eq(user_id, user.id)));
      return user;
    },
  ],
  [
    "an invited user",
    async (organization) => {
      const user = await aUser();
      await db.insert(invitations).values({
        ...{ id: uuidv7(), organization_id: organization.id, email: user.email, role: "admin" },
        ...{ token_hash: unique(), expires_at: new Date(Date.now() + 86_400_000).toISOString() },
      });
      return user;
    },
  ],
  ["an admin of the whole API", () => aUser({ role: "admin" })],
];

/** A member whose role has exactly these permissions. */
async function memberWith(organization: { id: string }, held: readonly string[]) {
  const name = unique("role");
  await db.insert(customRoles).values({ organization_id: organization.id, name, permissions: [...held] });
  return aMember(organization, name);
}

describe("promise 32: an endpoint below an organization", () => {
  it("is for nobody without a token", () => {
    const open = endpoints.filter(
      ({ contract, policy }) => contract.path.startsWith(organizationPath) && policy.access === "public",
    );
    expect(open.map(({ policy }) => policy.operationId)).toStrictEqual([]);
  });

  it.each(ofMembers)("$operationId says to an outsider what it says where there is no organization", async (one) => {
    const { endpoint } = one;
    const attack = await attackOn(endpoint);
    const nowhere = withParameters(endpoint, attack.path, { organization_id: uuidv7() });
    for (const [who, make] of outsiders) {
      const { token } = await make(attack.organization);
      const theirs = await as(token, endpoint, attack);
      expect(theirs.status, `${who}: ${theirs.text}`).toBe(404);
      const nobodys = await as(token, endpoint, { ...attack, path: nowhere });
      expect([theirs.status, theirs.text], who).toStrictEqual([nobodys.status, nobodys.text]);
    }
  });

  it("has admins who can invite members: nobody gives a role with a permission that they lack", () => {
    const lacking = neededFor("member").filter((one) => !neededFor("admin").includes(one));
    expect(lacking, "src/permissions.ts gives these to members: give them to admin, too").toStrictEqual([]);
  });

  it.each(ofMembers)("$operationId refuses every role without $wanted, by name", async ({ endpoint, wanted }) => {
    const attack = await attackOn(endpoint);
    const needed = neededFor(wanted);
    const lacking = ["admin", "member", unique("unknown")].filter(
      (role) => !(isRole(role) && rolesWith(needed).includes(role)),
    );
    const lackers = await Promise.all(lacking.map((role) => aMember(attack.organization, role)));
    for (const missing of needed) {
      lackers.push(
        await memberWith(
          attack.organization,
          permissions.filter((one) => one !== missing),
        ),
      );
    }
    for (const { token } of lackers) {
      const answer = await as(token, endpoint, attack);
      expect([answer.status, answer.body?.code], answer.text).toStrictEqual([403, "permission_required"]);
      expect(answer.body.detail).toContain(wanted);
    }
  });

  const changes = ofMembers.filter(({ endpoint }) => endpoint.contract.method !== "get");

  it.each(changes)("$operationId changes nothing for a member who is removed while it waits", async ({ endpoint }) => {
    const attack = await attackOn(endpoint);
    const { id } = attack.organization;
    const caller = subjectOf(attack.token ?? "");
    const heir = await aMember(attack.organization, "admin");
    const count = () => db.$count(auditEvents, eq(auditEvents.organization_id, id));
    const before = await count();
    const held = await holding(
      sql`update organizations set owner_id = ${heir.id}::uuid where id = ${id}::uuid and owner_id = ${caller}::uuid`,
      sql`select from organizations where id = ${id}::uuid for no key update`,
      sql`delete from organization_members where organization_id = ${id}::uuid and user_id = ${caller}::uuid`,
    );
    let isOver = false;
    const call = as(attack.token ?? "", endpoint, attack).finally(() => {
      isOver = true;
    });
    await held.meets(call);
    const isBefore = isOver;
    await held.release();
    const answer = await call;
    // One of a project's own resources need not wait, and then came before the removal.
    if (isBefore) return;
    expect(answer.status, answer.text).toBe(404);
    expect(await count()).toBe(before);
  });

  it.each(ofMembers)("$operationId admits a role of the organization's own with no more than $wanted", async (one) => {
    const { endpoint, wanted } = one;
    const attack = await attackOn(endpoint);
    const { token } = await memberWith(attack.organization, neededFor(wanted));
    const { body } = await as(token, endpoint, attack);
    // It may still lack one that it would give away, as to a key.
    const refused = body?.code === "permission_required" ? body.detail : "";
    expect(refused).not.toContain(wanted);
  });

  it.each(ofMembers)("$operationId refuses a key of another organization, and one without $wanted", async (one) => {
    const { endpoint } = one;
    const attack = await attackOn(endpoint);
    const other = await anOrganization();
    const foreign = await aKey({ organization_id: other.id, made_by: other.owner.id });
    const own = permissionIn(endpoint.policy.access);
    const lacking = await aKey(
      { organization_id: attack.organization.id, made_by: (await aMember(attack.organization, "admin")).id },
      { permissions: permissions.filter((one) => one !== own) },
    );
    const isForKeys = endpoint.policy.permission !== undefined;
    for (const [{ token }, expected] of [
      [foreign, isForKeys ? 404 : 401],
      [lacking, isForKeys ? 403 : 401],
    ] as const) {
      const answer = await as(token, endpoint, attack);
      expect(answer.status, answer.text).toBe(expected);
    }
  });

  const nested = ofMembers.filter(({ endpoint }) => parametersIn(endpoint, "").length > 1);

  it.each(nested)("$operationId finds no foreign child under an own parent", async ({ endpoint, operationId }) => {
    const hasCall = called.some((one) => one.endpoint === endpoint);
    expect(hasCall, `test/routes/…/calls.ts lacks a call of ${operationId}, whose rows these would be`).toBe(true);
    const [mine, theirs] = [await attackOn(endpoint), await attackOn(endpoint)];
    const [own, foreign] = [parametersIn(endpoint, mine.path), parametersIn(endpoint, theirs.path)];
    // Each parent is the caller's, from the organization down, and everything below it somebody else's.
    for (const depth of own.slice(1).keys()) {
      // A name, such as that of a role, may mean one of each.
      if (own.at(-1)?.value === foreign.at(-1)?.value) continue;
      const parents = Object.fromEntries(own.slice(0, depth + 1).map(({ name, value }) => [name, value]));
      const path = withParameters(endpoint, theirs.path, parents);
      const answer = await as(mine.token ?? "", endpoint, { ...mine, path });
      expect(answer.status, `${path}: ${answer.text}`).toBe(404);
    }
  });
});
