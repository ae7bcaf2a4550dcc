import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { answersNotModified } from "../../http/etag.ts";
import { FieldNote, FieldNoteParams } from "../../schemas/field-notes.ts";

export const readFieldNote = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/field-notes/{id}", //: direct
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes/{id}", //: under
    operationId: "readFieldNote",
    tags: ["field notes"],
    summary: "Get a field note",
    description: "One of the organization's field notes.", //: direct
    description: "One of the binder's field notes.", //: under
    access: { member: "field-notes:read" },
    callers: ["user", "key"],
    versioned: true,
    request: { params: FieldNoteParams },
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param"); //: direct
    const [fieldNote] = await c.var.run(FieldNotes.find(c.var.db, id, c.var.member)); //: direct
    const { binder_id, id } = c.req.valid("param"); //: under
    const { db, member, run } = c.var; //: under
    const [, [fieldNote]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, member, "read"), //: under
      FieldNotes.find(db, binder_id, id, member), //: under
    ); //: under
    if (!fieldNote) notFound();
    if (answersNotModified(c, fieldNote.etag)) return c.body(null, 304);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
