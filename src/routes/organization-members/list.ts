import { OrganizationMembers } from "../../crud/organization-members.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { MemberPage, MemberQuery, OrganizationParams } from "../../schemas/organizations.ts";

export const listMembers = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/members",
    operationId: "listMembers",
    tags: ["organizations"],
    summary: "List the members of an organization",
    description: "A page at a time.",
    access: { member: "member" },
    paged: true,
    request: { params: OrganizationParams, query: MemberQuery },
    responses: { 200: json(MemberPage, "A page of members") },
  },
  async (c) => {
    const { db, run, page, member } = c.var;
    const query = c.req.valid("query");
    const members = await page(query, (at) => run(OrganizationMembers.list(db, member, query.q, at)));
    return c.json(MemberPage.parse(members), 200);
  },
);
