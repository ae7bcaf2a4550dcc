import { v7 as uuidv7 } from "uuid";
import { FieldNotes } from "../../crud/field-notes.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { FieldNote, FieldNoteCreate } from "../../schemas/field-notes.ts";

export const createFieldNote = endpoint(
  {
    method: "post",
    path: "/field-notes",
    operationId: "createFieldNote",
    tags: ["field notes"],
    summary: "Create a field note",
    description: "You become its owner.",
    access: "user",
    versioned: true,
    idempotent: true,
    request: { body: body(FieldNoteCreate) },
    responses: { 201: json(FieldNote, "The new field note", "Location") },
    errors: ["quota_exceeded"],
  },
  async (c) => {
    const { db, user, run, settings } = c.var;
    const values = { ...c.req.valid("json"), id: uuidv7(), owner_id: user.id };
    const [row] = await run(FieldNotes.insert(db, values, settings.ROWS_PER_OWNER));
    const fieldNote = FieldNote.parse(row);
    setETag(c, fieldNote.etag);
    c.header("Location", `/api/v1/field-notes/${fieldNote.id}`);
    return c.json(fieldNote, 201);
  },
);
