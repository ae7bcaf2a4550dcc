import { FieldNotes } from "../../crud/field-notes.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { FieldNote, FieldNoteUpdate } from "../../schemas/field-notes.ts";

export const updateFieldNote = endpoint(
  {
    method: "patch",
    path: "/field-notes/{id}",
    operationId: "updateFieldNote",
    tags: ["field notes"],
    summary: "Change a field note",
    description: "Fields that are left out keep their values.",
    access: "user",
    versioned: true,
    request: { params: IdParams, body: body(FieldNoteUpdate) },
    responses: { 200: json(FieldNote, "The changed field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, run, user, versions } = c.var;
    const [, [fieldNote]] = await run(
      versions && FieldNotes.requireVersion(db, id, user, versions),
      FieldNotes.update(db, id, user, c.req.valid("json")),
    );
    if (!fieldNote) notFound();
    setETag(c, fieldNote.etag);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
