import { v7 as uuidv7 } from "uuid";
import { FieldNotes } from "../../crud/field-notes.ts";
//= tables
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { FieldNote, FieldNoteCreate, FieldNotesParams } from "../../schemas/field-notes.ts";

export const createFieldNote = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/field-notes", //: direct
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes", //: under
    operationId: "createFieldNote",
    tags: ["field notes"],
    summary: "Create a field note",
    description: "It belongs to the organization.", //: direct
    description: "It belongs to the binder.", //: under
    access: { member: "field-notes:write" },
    callers: ["user", "key"],
    versioned: true,
    idempotent: true,
    request: { params: FieldNotesParams, body: body(FieldNoteCreate) },
    //= refersTo
    responses: { 201: json(FieldNote, "The new field note", "Location") },
    errors: ["quota_exceeded"], //: direct
    errors: ["not_found", "quota_exceeded"], //: under
  },
  async (c) => {
    const { db, member, run, settings } = c.var;
    const values = { ...c.req.valid("json"), id: uuidv7() }; //: direct
    const [row] = await run(FieldNotes.insert(db, values, member, settings.ROWS_PER_ORGANIZATION)); //: direct
    const { binder_id } = c.req.valid("param"); //: under
    const values = { ...c.req.valid("json"), id: uuidv7(), binder_id }; //: under
    const [, [row]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, member, "change"), //: under
      FieldNotes.insert(db, values, member, settings.ROWS_PER_ORGANIZATION), //: under
    ); //: under
    const fieldNote = FieldNote.parse(row);
    setETag(c, fieldNote.etag);
    c.header("Location", `/api/v1/organizations/${member.organizationId}/field-notes/${fieldNote.id}`); //: direct
    const path = `/organizations/${member.organizationId}/binders/${binder_id}/field-notes`; //: under
    c.header("Location", `/api/v1${path}/${fieldNote.id}`); //: under
    return c.json(fieldNote, 201);
  },
);
