import { endpoint } from "../../endpoint/endpoint.ts";
import { MemberParams } from "../../schemas/organizations.ts";
import { endMembership } from "../../services/organizations.ts";

export const removeMember = endpoint(
  {
    method: "delete",
    path: "/organizations/{organization_id}/members/{user_id}",
    operationId: "removeMember",
    tags: ["organizations"],
    summary: "Remove a member",
    description: "The member's role may have no permission that you lack. The removal holds from the next request on.",
    access: { member: "members:manage" },
    changes: { "member.removed": "access_token" },
    request: { params: MemberParams },
    responses: { 204: { description: "Removed" } },
    errors: ["forbidden", "owner_required"],
  },
  async (c) => {
    await endMembership(c.var, c.req.valid("param").user_id);
    return c.body(null, 204);
  },
);
