import { endpoint } from "../../endpoint/endpoint.ts";
import { RoleParams } from "../../schemas/organizations.ts";
import { dropRole } from "../../services/organizations.ts";

export const deleteRole = endpoint(
  {
    method: "delete",
    path: "/organizations/{organization_id}/roles/{role}",
    operationId: "deleteRole",
    tags: ["organizations"],
    summary: "Delete a role",
    description: "No member and no open invitation may have it.",
    access: { member: "roles:manage" },
    request: { params: RoleParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["forbidden", "still_referenced"],
  },
  async (c) => {
    await dropRole(c.var, c.req.valid("param").role);
    return c.body(null, 204);
  },
);
