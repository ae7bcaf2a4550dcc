import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { Member, MemberParams, MemberUpdate } from "../../schemas/organizations.ts";
import { changeMember } from "../../services/organizations.ts";

export const updateMember = endpoint(
  {
    method: "patch",
    path: "/organizations/{organization_id}/members/{user_id}",
    operationId: "updateMember",
    tags: ["organizations"],
    summary: "Change the role of a member",
    description:
      "Neither the old nor the new role may have a permission that you lack. The change holds from the next request on.",
    access: { member: "members:manage" },
    fresh: "10m",
    changes: { "member.role_changed": "fresh_password" },
    request: { params: MemberParams, body: body(MemberUpdate) },
    responses: { 200: json(Member, "The member") },
    errors: ["forbidden", "owner_required", "invalid_reference"],
  },
  async (c) => {
    const { user_id } = c.req.valid("param");
    const { role } = c.req.valid("json");
    return c.json(Member.parse(await changeMember(c.var, user_id, role)), 200);
  },
);
