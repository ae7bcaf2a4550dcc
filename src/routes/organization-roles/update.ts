import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { CustomRole, CustomRoleUpdate, RoleParams } from "../../schemas/organizations.ts";
import { changeRole } from "../../services/organizations.ts";

export const updateRole = endpoint(
  {
    method: "put",
    path: "/organizations/{organization_id}/roles/{role}",
    operationId: "updateRole",
    tags: ["organizations"],
    summary: "Change the permissions of a role",
    description:
      "Neither the old nor the new permissions may include one that you lack. The change holds from the next request on.",
    access: { member: "roles:manage" },
    fresh: "10m",
    request: { params: RoleParams, body: body(CustomRoleUpdate) },
    responses: { 200: json(CustomRole, "The changed role") },
    errors: ["forbidden"],
  },
  async (c) => {
    const { role: name } = c.req.valid("param");
    return c.json(CustomRole.parse(await changeRole(c.var, { ...c.req.valid("json"), name })), 200);
  },
);
