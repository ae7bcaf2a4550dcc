import { deleteFieldNote, findFieldNote } from "../../crud/field-notes.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { changedRow, expectedVersions, ifMatch, preconditions } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";

export const removeFieldNote = endpoint(
  {
    method: "delete",
    path: "/field-notes/{id}",
    operationId: "removeFieldNote",
    tags: ["field notes"],
    summary: "Delete a field note",
    description: "One of your field notes; admins may delete any.",
    access: "user",
    request: { params: IdParams },
    parameters: [ifMatch],
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found", ...preconditions],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, user, settings, run } = c.var;
    const versions = expectedVersions(c.req.header("If-Match"), settings);
    const deletion = deleteFieldNote(db, id, user.id, versions);
    await changedRow(run, deletion, versions && findFieldNote(db, id, user.id));
    return c.body(null, 204);
  },
);
