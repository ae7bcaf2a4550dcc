import { v7 as uuidv7 } from "uuid";
import { FieldNotes } from "../../crud/field-notes.ts";
//= tables
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { FieldNote, FieldNoteCreate } from "../../schemas/field-notes.ts"; //: direct
import { FieldNote, FieldNoteCreate, FieldNotesParams } from "../../schemas/field-notes.ts"; //: under

export const createFieldNote = endpoint(
  {
    method: "post",
    path: "/field-notes", //: direct
    path: "/binders/{binder_id}/field-notes", //: under
    operationId: "createFieldNote",
    tags: ["field notes"],
    summary: "Create a field note",
    description: "You become its owner.", //: direct
    description: "It belongs to the binder, which must be yours.", //: under
    access: "user",
    versioned: true,
    idempotent: true,
    request: { body: body(FieldNoteCreate) }, //: direct
    request: { params: FieldNotesParams, body: body(FieldNoteCreate) }, //: under
    //= refersTo
    responses: { 201: json(FieldNote, "The new field note", "Location") },
    errors: ["quota_exceeded"], //: direct
    errors: ["not_found", "quota_exceeded"], //: under
  },
  async (c) => {
    const { db, user, run, settings } = c.var;
    const values = { ...c.req.valid("json"), id: uuidv7(), owner_id: user.id }; //: direct
    const [row] = await run(FieldNotes.insert(db, values, settings.ROWS_PER_OWNER)); //: direct
    const { binder_id } = c.req.valid("param"); //: under
    const values = { ...c.req.valid("json"), id: uuidv7(), owner_id: user.id, binder_id }; //: under
    const [, [row]] = await run( //: under
      FieldNotes.requireOwnBinder(db, binder_id, user), //: under
      FieldNotes.insert(db, values, settings.ROWS_PER_OWNER), //: under
    ); //: under
    const fieldNote = FieldNote.parse(row);
    setETag(c, fieldNote.etag);
    c.header("Location", `/api/v1/field-notes/${fieldNote.id}`); //: direct
    const path = `/binders/${binder_id}/field-notes`; //: under
    c.header("Location", `/api/v1${path}/${fieldNote.id}`); //: under
    return c.json(fieldNote, 201);
  },
);
