import { v7 as uuidv7 } from "uuid";
import { organizationMembers, organizations } from "../src/db/schema.ts";
import { aUser, db, unique } from "./harness.ts";

/** An organisation that is in the database already, with its owner and `path`, below which its endpoints are. */
export async function anOrganization() {
  const owner = await aUser();
  const id = uuidv7();
  const name = unique("org");
  await db.batch([
    db.insert(organizations).values({ id, name, slug: name, owner_id: owner.id }),
    db.insert(organizationMembers).values({ organization_id: id, user_id: owner.id, role: "owner" }),
  ]);
  return { id, name, owner, path: `/organizations/${id}` };
}

/** A user who is a member of this organisation, with a role of src/permissions.ts or of its own. */
export async function aMember(organization: { id: string }, role = "member") {
  const user = await aUser();
  await db.insert(organizationMembers).values({ organization_id: organization.id, user_id: user.id, role });
  return user;
}
