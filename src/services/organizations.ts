import { v7 as uuidv7 } from "uuid";
import type { MemberEnv, UserEnv } from "../context/types.ts";
import { AuditEvents } from "../crud/audit-events.ts";
import { OrganizationMembers } from "../crud/organization-members.ts";
import { OrganizationRoles } from "../crud/organization-roles.ts";
import { Organizations } from "../crud/organizations.ts";
import { Users } from "../crud/users.ts";
import { ApiError, invalidReference, notFound } from "../errors.ts";
import type { OrganizationUpdate } from "../schemas/organizations.ts";
import { type AuditContext, auditEvent } from "./audit.ts";
import { refuseMore } from "./invitations.ts";

type Context = AuditContext & Pick<UserEnv["Variables"], "run" | "settings" | "user" | "versions">;
type InOrganization = Context & MemberEnv["Variables"];

/** Founds an organization of the caller's. Throws `organization_name_taken`, `slug_taken`, `quota_exceeded`. */
export async function foundOrganization(context: Context, { name, slug }: { name: string; slug: string }) {
  const { db, run, user, settings } = context;
  const id = uuidv7();
  const member = { organizationId: id, userId: user.id };
  const event = auditEvent({ ...context, member }, "organization.created", user.id, { name });
  const values = { id, name, slug, owner_id: user.id };
  const [, , , , , [organization]] = await run(
    Organizations.insert(db, values, settings.ORGANIZATIONS_PER_USER),
    Organizations.claimSlug(db, id, slug),
    Organizations.requireSlug(db, id, slug),
    Organizations.insertOwner(db, id, user),
    AuditEvents.insert(db, event),
    Organizations.find(db, member),
  );
  return organization ?? notFound();
}

/** Changes name or slug. Throws `organization_name_taken`, `slug_taken`, `precondition_failed`. */
export async function changeOrganization(context: InOrganization, changes: OrganizationUpdate) {
  const { db, run, member, versions } = context;
  const { slug } = changes;
  const event = auditEvent(context, "organization.updated", null, changedTo(changes));
  const [, , , , , , [organization]] = await run(
    Organizations.hold(db, member),
    versions && Organizations.requireVersion(db, member, versions),
    Organizations.update(db, member, changes, event),
    slug === undefined ? undefined : Organizations.releaseSlugs(db, member.organizationId, slug),
    slug === undefined ? undefined : Organizations.claimSlug(db, member.organizationId, slug),
    slug === undefined ? undefined : Organizations.requireSlug(db, member.organizationId, slug),
    Organizations.find(db, member),
  );
  return organization ?? notFound();
}

/** Restores an organization of the caller's; a live one stays as it is. Throws `not_found`, `organization_name_taken`. */
export async function bringBackOrganization(context: Context, id: string) {
  const { db, run, user, settings, versions } = context;
  const { RETENTION_DAYS: days } = settings;
  const member = { organizationId: id, userId: user.id };
  const event = auditEvent({ ...context, member }, "organization.restored", null, {});
  const [, , , [organization]] = await run(
    // An account that is being deleted restores nothing.
    Users.lock(db, user.id),
    versions && Organizations.requireDeletedVersion(db, id, user, days, versions),
    Organizations.restore(db, id, user, days, event),
    Organizations.find(db, member),
  );
  return organization ?? notFound();
}

/** Offers the organization to another member, who has to accept. Throws `invalid_reference`. */
export async function offerTo(context: InOrganization, userId: string) {
  const { db, run, member } = context;
  const event = auditEvent(context, "organization.transfer_offered", userId, {});
  const [, { rows }, [organization]] = await run(
    Organizations.hold(db, member),
    Organizations.offer(db, member, userId, event),
    Organizations.find(db, member),
  );
  if (rows.length === 0) throw invalidReference("user_id", "No other member has this id.");
  return organization ?? notFound();
}

/** Makes the caller the owner of an organization that was offered to them. Throws `not_found`, `quota_exceeded`. */
export async function acceptTransfer(context: InOrganization) {
  const { db, run, member, user, settings } = context;
  const event = auditEvent(context, "organization.transferred", null, {});
  const [, , { rows }, [organization]] = await run(
    Users.lock(db, user.id),
    Organizations.hold(db, member),
    Organizations.acceptOffer(db, member, settings.ORGANIZATIONS_PER_USER, event),
    Organizations.find(db, member),
  );
  const [accepted] = rows;
  if (!accepted) return notFound();
  if (!accepted.has_room) throw new ApiError("quota_exceeded", { detail: "You own as many organizations as you may." });
  return organization ?? notFound();
}

/** Gives a member another role. Throws `not_found`, `invalid_reference`, `owner_required`, `forbidden`. */
export async function changeMember(context: InOrganization, userId: string, role: string) {
  const { db, run, member } = context;
  const event = auditEvent(context, "member.role_changed", userId, { role });
  const [, { rows }, [changed]] = await run(
    Organizations.hold(db, member),
    OrganizationMembers.changeRole(db, member, userId, role, event),
    OrganizationMembers.find(db, member, userId),
  );
  const [outcome] = rows;
  if (!outcome || !changed) return notFound();
  if (outcome.is_owner) throw new ApiError("owner_required");
  if (!outcome.has_role) throw invalidReference("role", "The organization has no such role.");
  return outcome.changed ? changed : refuseMore();
}

/** Removes a member. Throws `not_found`, `owner_required`, `forbidden`. */
export async function endMembership(context: InOrganization, userId: string): Promise<void> {
  const { db, run, member } = context;
  const event = auditEvent(context, "member.removed", userId, {});
  const [, { rows }] = await run(Organizations.hold(db, member), OrganizationMembers.delete(db, member, userId, event));
  const [outcome] = rows;
  if (!outcome) return notFound();
  if (outcome.is_owner) throw new ApiError("owner_required");
  if (!outcome.changed) refuseMore();
}

type Role = { name: string; permissions: string[] };

/** Makes a role of the organization's own. Throws `role_taken`, `quota_exceeded`, `forbidden`. */
export async function addRole(context: InOrganization, role: Role) {
  const event = auditEvent(context, "organization.role_created", null, told(role));
  const { db, run, member } = context;
  const [, { rows }, [row]] = await run(
    Organizations.hold(db, member),
    OrganizationRoles.insert(db, member, role, event),
    OrganizationRoles.find(db, member, role.name),
  );
  if (rows[0]?.has_room === false) throw new ApiError("quota_exceeded");
  return row ?? refuseMore();
}

/** Gives a role other permissions. Throws `not_found`, `forbidden`. */
export async function changeRole(context: InOrganization, role: Role) {
  const event = auditEvent(context, "organization.role_changed", null, told(role));
  const { db, run, member } = context;
  const [, { rows }, [row]] = await run(
    Organizations.hold(db, member),
    OrganizationRoles.update(db, member, role, event),
    OrganizationRoles.find(db, member, role.name),
  );
  if (!row) return notFound();
  return rows[0]?.changed ? row : refuseMore();
}

/** Removes a role that nobody has. Throws `not_found`, `still_referenced`, `forbidden`. */
export async function dropRole(context: InOrganization, name: string): Promise<void> {
  const event = auditEvent(context, "organization.role_deleted", null, { name });
  const { db, run, member } = context;
  const [, { rows }] = await run(Organizations.hold(db, member), OrganizationRoles.delete(db, member, name, event));
  if (!rows[0]?.exists) return notFound();
  if (!rows[0].may) refuseMore();
  if (rows[0].used) throw new ApiError("still_referenced", { detail: "A member or an open invitation has this role." });
}

function changedTo({ name, slug }: OrganizationUpdate): Record<string, string> {
  return { ...(name !== undefined && { name }), ...(slug !== undefined && { slug }) };
}

function told({ name, permissions }: Role) {
  return { name, permissions: permissions.join(" ") };
}
