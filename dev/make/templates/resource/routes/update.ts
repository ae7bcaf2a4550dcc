import { findFieldNote, updateFieldNote } from "../../crud/field-notes.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { changedRow, expectedVersions, ifMatch, preconditions, setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { FieldNote, FieldNoteUpdate } from "../../schemas/field-notes.ts";

export const changeFieldNote = endpoint(
  {
    method: "patch",
    path: "/field-notes/{id}",
    operationId: "changeFieldNote",
    tags: ["field notes"],
    summary: "Change a field note",
    description: "Fields that are left out keep their values.",
    access: "user",
    request: { params: IdParams, body: body(FieldNoteUpdate) },
    parameters: [ifMatch],
    responses: { 200: json(FieldNote, "The changed field note", "ETag") },
    errors: ["not_found", ...preconditions],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, user, settings, run } = c.var;
    const versions = expectedVersions(c.req.header("If-Match"), settings);
    const update = updateFieldNote(db, id, user.id, c.req.valid("json"), versions);
    const fieldNote = await changedRow(run, update, versions && findFieldNote(db, id, user.id));
    setETag(c, fieldNote.version);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
