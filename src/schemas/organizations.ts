import { z } from "@hono/zod-openapi";
import { isRole, permissions } from "../permissions.ts";
import { changesSomething, ETag, Id, Timestamp } from "./common.ts";
import { rule } from "./field-errors.ts";
import { pageOf } from "./pages.ts";
import { includes } from "./parameters.ts";
import { hasNoTwins, text } from "./text.ts";
import { PublicProfile, User } from "./users.ts";

/** The parameters of every path below an organization. */
export const OrganizationParams = z.object({ organization_id: Id });
export const MemberParams = OrganizationParams.extend({ user_id: Id });
export const RoleParams = OrganizationParams.extend({ role: z.string().max(40) });

const Name = text({ min: 1, max: 100 }).openapi({ example: "Analytical Engines" });
const Slug = z
  .string()
  .transform((slug) => slug.toLowerCase())
  .pipe(z.stringFormat("slug", /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/))
  .openapi({
    type: "string",
    pattern: "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,46}[A-Za-z0-9])?$",
    example: "analytical-engines",
  });

export const Permission = z.enum(permissions).openapi("Permission");
/** The name of a role, of every organization or of this one. */
export const RoleName = z.stringFormat("role", /^[a-z][a-z0-9-]{0,39}$/).openapi({ example: "member" });

export const Organization = z
  .object({
    id: Id,
    name: z.string().openapi({ example: "Analytical Engines" }),
    slug: z.string().openapi({ example: "analytical-engines" }),
    owner_id: Id,
    next_owner_id: Id.nullable().openapi({ description: "The member to whom the owner has offered it" }),
    role: z.string().openapi({ description: "Your role", example: "owner" }),
    permissions: z.array(Permission).openapi({ description: "Your permissions" }),
    created_at: Timestamp,
    updated_at: Timestamp,
    etag: ETag,
  })
  .openapi("Organization");
export const OrganizationPage = pageOf(Organization).openapi("OrganizationPage");
export const OrganizationQuery = z.object({
  status: z.enum(["live", "deleted"]).default("live").openapi({
    description: "`deleted` lists those of your own that can be restored",
    default: "live",
  }),
});

export const OrganizationCreate = z.strictObject({ name: Name, slug: Slug }).openapi("OrganizationCreate");
export const OrganizationUpdate = z
  .strictObject({ name: Name, slug: Slug })
  .partial()
  .check(changesSomething)
  .openapi("OrganizationUpdate", { minProperties: 1 });
export type OrganizationUpdate = z.output<typeof OrganizationUpdate>;
export const OrganizationTransfer = z.strictObject({ user_id: Id }).openapi("OrganizationTransfer");

export const Member = PublicProfile.extend({
  email: z.string().openapi({ example: "ada@example.com" }),
  role: z.string().openapi({ example: "member" }),
  joined_at: Timestamp,
}).openapi("Member");
export const MemberPage = pageOf(Member).openapi("MemberPage");
export const MemberQuery = z.object({
  q: text({ min: 1, max: 200 }).optional().openapi({
    description: "A part of the name, username or e-mail address, in any letter case",
    example: "ada",
  }),
});
export const MemberUpdate = z.strictObject({ role: RoleName }).openapi("MemberUpdate");

/** A role that an organization made for itself. */
export const CustomRole = z
  .object({ name: z.string().openapi({ example: "support" }), permissions: z.array(Permission), created_at: Timestamp })
  .openapi("CustomRole");
export const CustomRoleList = z.object({ items: z.array(CustomRole) }).openapi("CustomRoleList");
const Permissions = z.array(Permission).max(permissions.length).check(hasNoTwins);
export const CustomRoleCreate = z
  .strictObject({
    name: RoleName.check(rule((name) => !isRole(name), "taken")).openapi({ example: "support" }),
    permissions: Permissions,
  })
  .openapi("CustomRoleCreate");
export const CustomRoleUpdate = z.strictObject({ permissions: Permissions }).openapi("CustomRoleUpdate");

/** A user's membership, beside the account. */
export const Membership = Organization.pick({ name: true, slug: true, role: true, permissions: true })
  .extend({ organization_id: Id })
  .openapi("Membership");
export const Me = User.extend({
  memberships: z
    .array(Membership)
    .optional()
    .openapi({ description: "Present with `include=memberships`; at most 100" }),
}).openapi("Me");
export const MeQuery = z.object({ include: includes("memberships") });
