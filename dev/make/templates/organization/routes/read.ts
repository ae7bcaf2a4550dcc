import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { isKnown } from "../../http/etag.ts";
import { FieldNote, FieldNoteParams } from "../../schemas/field-notes.ts";

export const readFieldNote = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/field-notes/{id}",
    operationId: "readFieldNote",
    tags: ["field notes"],
    summary: "Get a field note",
    description: "One of the organization's field notes.",
    access: { member: "field-notes:read" },
    callers: ["user", "key"],
    versioned: true,
    request: { params: FieldNoteParams },
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [fieldNote] = await c.var.run(FieldNotes.find(c.var.db, id, c.var.member));
    if (!fieldNote) notFound();
    if (isKnown(c, fieldNote.etag)) return c.body(null, 304);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
