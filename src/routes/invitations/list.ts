import { Invitations } from "../../crud/invitations.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { InvitationPage } from "../../schemas/invitations.ts";
import { OrganizationParams } from "../../schemas/organizations.ts";

export const listInvitations = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/invitations",
    operationId: "listInvitations",
    tags: ["organizations"],
    summary: "List the invitations of an organization",
    description: "Newest first, a page at a time, including those that were answered or withdrawn.",
    access: { member: "members:manage" },
    paged: true,
    request: { params: OrganizationParams },
    responses: { 200: json(InvitationPage, "A page of invitations") },
  },
  async (c) => {
    const { db, run, page, member } = c.var;
    const found = await page(c.req.valid("query"), (at) => run(Invitations.list(db, member, at)));
    return c.json(InvitationPage.parse(found), 200);
  },
);
