import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { CustomRole, CustomRoleCreate, OrganizationParams } from "../../schemas/organizations.ts";
import { addRole } from "../../services/organizations.ts";

export const createRole = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/roles",
    operationId: "createRole",
    tags: ["organizations"],
    summary: "Make a role",
    description: "A role can only have permissions that you have yourself.",
    access: { member: "roles:manage" },
    fresh: "10m",
    request: { params: OrganizationParams, body: body(CustomRoleCreate) },
    responses: { 201: json(CustomRole, "The new role") },
    errors: ["forbidden", "role_taken", "quota_exceeded"],
  },
  async (c) => {
    return c.json(CustomRole.parse(await addRole(c.var, c.req.valid("json"))), 201);
  },
);
