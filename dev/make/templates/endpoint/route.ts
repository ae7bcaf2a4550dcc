import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { FieldNote } from "../../schemas/field-notes.ts";

export const pressLeafFieldNote = endpoint(
  {
    method: "post",
    path: "/field-notes/{id}/press-leaf",
    operationId: "pressLeafFieldNote",
    tags: ["field notes"],
    summary: "Press leaf a field note",
    description: "One of your field notes; admins may do this to any.",
    access: "user",
    versioned: true,
    request: { params: IdParams },
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, run, user, versions } = c.var;
    const [, [fieldNote]] = await run(
      versions && FieldNotes.requireVersion(db, id, user, versions),
      FieldNotes.find(db, id, user),
    );
    if (!fieldNote) notFound();
    setETag(c, fieldNote.etag);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
