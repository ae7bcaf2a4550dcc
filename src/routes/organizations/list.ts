import { Organizations } from "../../crud/organizations.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { OrganizationPage, OrganizationQuery } from "../../schemas/organizations.ts";

export const listOrganizations = endpoint(
  {
    method: "get",
    path: "/organizations",
    operationId: "listOrganizations",
    tags: ["organizations"],
    summary: "List your organizations",
    description: "Newest first, a page at a time.",
    access: "user",
    paged: true,
    request: { query: OrganizationQuery },
    responses: { 200: json(OrganizationPage, "A page of organizations") },
  },
  async (c) => {
    const { db, run, page, user, settings } = c.var;
    const query = c.req.valid("query");
    const which = { status: query.status, days: settings.RETENTION_DAYS };
    const found = await page(query, (at) => run(Organizations.list(db, user, which, at)));
    return c.json(OrganizationPage.parse(found), 200);
  },
);
