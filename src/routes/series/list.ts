import { listSeries } from "../../crud/series.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { linkNext } from "../../http/link.ts";
import { SeryPage, SeryQuery } from "../../schemas/series.ts";
import { pageRequest, scopeOf, toPage } from "../../services/pages.ts";

export const listSeriesPage = endpoint(
  {
    method: "get",
    path: "/series",
    operationId: "listSeriesPage",
    tags: ["series"],
    summary: "List your series",
    description: "A page at a time, newest first.",
    access: "user",
    request: { query: SeryQuery },
    responses: { 200: json(SeryPage, "A page of your series", "Link") },
    errors: ["invalid_cursor"],
  },
  async (c) => {
    const { db, user, keys, run } = c.var;
    const query = c.req.valid("query");
    const list = { key: keys.cursor, scope: scopeOf("series", { ...query, owner_id: user.id }) };
    const rows = await run(listSeries(db, user.id, query.status, await pageRequest(list, query)));
    const page = await toPage(list, rows, query.limit);
    linkNext(c, page.next_cursor);
    return c.json(SeryPage.parse(page), 200);
  },
);
