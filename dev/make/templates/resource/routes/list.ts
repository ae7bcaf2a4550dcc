import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { linkNext } from "../../http/link.ts";
import { FieldNotePage, FieldNoteQuery } from "../../schemas/field-notes.ts";
import { pageRequest, scopeOf, toPage } from "../../services/pages.ts";

export const listFieldNotes = endpoint(
  {
    method: "get",
    path: "/field-notes",
    operationId: "listFieldNotes",
    tags: ["field notes"],
    summary: "List your field notes",
    description: "A page at a time, newest first.",
    access: "user",
    request: { query: FieldNoteQuery },
    responses: { 200: json(FieldNotePage, "A page of your field notes", "Link") },
    errors: ["invalid_cursor"],
  },
  async (c) => {
    const { db, user, keys, run } = c.var;
    const query = c.req.valid("query");
    const list = { key: keys.cursor, scope: scopeOf("field-notes", { ...query, owner_id: user.id }) };
    const rows = await run(FieldNotes.list(db, user.id, query.status, await pageRequest(list, query)));
    const page = await toPage(list, rows, query.limit);
    linkNext(c, page.next_cursor);
    return c.json(FieldNotePage.parse(page), 200);
  },
);
