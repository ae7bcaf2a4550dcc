import { v7 as uuidv7 } from "uuid";
import { members, organizations, slugs } from "../src/db/schema.ts";
import { aUser, db, unique } from "./harness.ts";

/** A user who may invite others. */
const aVerifiedUser = () => aUser({ email_verified_at: new Date().toISOString() });

/**
 * An organization that is in the database already: its owner, an admin and a member, and `path`, below which its endpoints
 * are.
 */
export async function anOrganization(values: Partial<typeof organizations.$inferInsert> = {}) {
  const [owner, admin, member] = await Promise.all([aVerifiedUser(), aVerifiedUser(), aVerifiedUser()]);
  const slug = unique("org");
  const organization = { id: uuidv7(), name: `The ${slug}`, slug, owner_id: owner.id, ...values };
  const joined = (user: { id: string }, role: string) => ({ organization_id: organization.id, user_id: user.id, role });
  await db.batch([
    db.insert(organizations).values(organization),
    db.insert(slugs).values({ slug, organization_id: organization.id }),
    db.insert(members).values([joined(owner, "admin"), joined(admin, "admin"), joined(member, "member")]),
  ]);
  return { ...organization, path: `/organizations/${organization.id}`, owner, admin, member };
}

/** A user who is a member of this organization, with a role of src/permissions.ts or of its own. */
export async function aMember(organization: { id: string }, role = "member") {
  const user = await aVerifiedUser();
  await db.insert(members).values({ organization_id: organization.id, user_id: user.id, role });
  return user;
}
