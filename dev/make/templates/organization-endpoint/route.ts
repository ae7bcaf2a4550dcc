import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { FieldNote, FieldNoteParams } from "../../schemas/field-notes.ts";

export const pressLeafFieldNote = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/field-notes/{id}/press-leaf",
    operationId: "pressLeafFieldNote",
    tags: ["field notes"],
    summary: "Press leaf a field note",
    description: "One of the organization's field notes.",
    access: { member: "field-notes:write" },
    callers: ["user", "key"],
    versioned: true,
    request: { params: FieldNoteParams },
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, run, member, versions } = c.var;
    const [, [fieldNote]] = await run(
      versions && FieldNotes.requireVersion(db, id, member, versions),
      FieldNotes.find(db, id, member),
    );
    if (!fieldNote) notFound();
    setETag(c, fieldNote.etag);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
