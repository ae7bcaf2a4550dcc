import { v7 as uuidv7 } from "uuid";
import { FieldNotes } from "../../crud/field-notes.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { setETag } from "../../http/etag.ts";
import { FieldNote, FieldNoteCreate, FieldNotesParams } from "../../schemas/field-notes.ts";

export const createFieldNote = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes",
    operationId: "createFieldNote",
    tags: ["field notes"],
    summary: "Create a field note",
    description: "It belongs to the binder.",
    access: { member: "field-notes:write" },
    callers: ["user", "key"],
    versioned: true,
    idempotent: true,
    request: { params: FieldNotesParams, body: body(FieldNoteCreate) },
    responses: { 201: json(FieldNote, "The new field note", "Location") },
    errors: ["not_found", "quota_exceeded"],
  },
  async (c) => {
    const { db, member, run, settings } = c.var;
    const { binder_id } = c.req.valid("param");
    const values = { ...c.req.valid("json"), id: uuidv7(), binder_id };
    const [, [row]] = await run(
      FieldNotes.requireBinder(db, binder_id, member, "change"),
      FieldNotes.insert(db, values, member, settings.ROWS_PER_ORGANIZATION),
    );
    const fieldNote = FieldNote.parse(row);
    setETag(c, fieldNote.etag);
    const path = `/organizations/${member.organizationId}/binders/${binder_id}/field-notes`;
    c.header("Location", `/api/v1${path}/${fieldNote.id}`);
    return c.json(fieldNote, 201);
  },
);
