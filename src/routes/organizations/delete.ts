import { ApiKeys } from "../../crud/api-keys.ts";
import { Organizations } from "../../crud/organizations.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { OrganizationParams } from "../../schemas/organizations.ts";
import { auditEvent, eventAlong } from "../../services/audit.ts";

export const deleteOrganization = endpoint(
  {
    method: "delete",
    path: "/organizations/{organization_id}",
    operationId: "deleteOrganization",
    tags: ["organizations"],
    summary: "Delete an organization",
    description:
      "Nobody can reach it or anything below it, and its API keys end for good. Its owner can restore it until it is purged, by default thirty days later.",
    access: { member: "organization:delete" },
    fresh: "10m",
    changes: { "organization.deleted": "fresh_password" },
    versioned: true,
    request: { params: OrganizationParams },
    responses: { 204: { description: "Deleted" } },
  },
  async (c) => {
    const { db, run, member, versions } = c.var;
    const event = auditEvent(c.var, "organization.deleted", null, {});
    const [, , { rows }] = await run(
      Organizations.hold(db, member),
      versions && Organizations.requireVersion(db, member, versions),
      Organizations.delete(db, member, event),
      ApiKeys.revokeWithOrganizations(db, { id: member.organizationId }, eventAlong(c.var, "api_key.revoked", null)),
    );
    if (rows.length === 0) notFound();
    return c.body(null, 204);
  },
);
