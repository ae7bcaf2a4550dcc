/**
 * The permissions of members of organizations and of keys. A project adds its own here, and gives them to roles. Add
 * permissions, but never remove one: custom roles and keys hold them.
 */

/** Every permission, named after the thing that it concerns. */
export const permissions = [
  "organization:update",
  "organization:delete",
  "organization:transfer",
  "members:manage",
  "roles:manage",
  "keys:manage",
  "audit:read",
  "items:read",
  "items:write",
] as const;
export type Permission = (typeof permissions)[number];

/**
 * The permissions of each role of a member. Every organization has one owner, who may do everything. Give `admin` those of
 * `member`, too: an admin who lacks one could invite nobody as a member.
 */
export const builtInRoles = {
  owner: permissions,
  admin: ["organization:update", "members:manage", "roles:manage", "keys:manage", "audit:read"],
  member: [],
} as const satisfies Record<string, readonly Permission[]>;
export type OrganizationRole = keyof typeof builtInRoles;

/** The permissions that a caller needs: one, or all those of a role. */
export function neededFor(wanted: OrganizationRole | Permission): readonly Permission[] {
  return isRole(wanted) ? builtInRoles[wanted] : [wanted];
}

/** The roles that have all of these permissions. */
export function rolesWith(needed: readonly Permission[]): OrganizationRole[] {
  const has = (held: readonly Permission[]) => needed.every((permission) => held.includes(permission));
  return Object.entries(builtInRoles).flatMap(([role, held]) => (isRole(role) && has(held) ? [role] : []));
}

/** True for the name of a role that every organization has. */
export function isRole(name: string): name is OrganizationRole {
  return Object.hasOwn(builtInRoles, name);
}

/** True for the name of a permission. */
export function isPermission(name: string): name is Permission {
  return permissions.some((permission) => permission === name);
}
