import { OrganizationRoles } from "../../crud/organization-roles.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { CustomRoleList, OrganizationParams } from "../../schemas/organizations.ts";

export const listRoles = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/roles",
    operationId: "listRoles",
    tags: ["organizations"],
    summary: "List the roles that an organization made for itself",
    description: "Every organization also has `owner`, `admin` and `member`.",
    access: { member: "member" },
    request: { params: OrganizationParams },
    responses: { 200: json(CustomRoleList, "The roles, at most fifty") },
  },
  async (c) => {
    const { db, run, member } = c.var;
    return c.json(CustomRoleList.parse({ items: await run(OrganizationRoles.list(db, member)) }), 200);
  },
);
