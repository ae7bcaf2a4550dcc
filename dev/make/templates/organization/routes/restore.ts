import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { FieldNote, FieldNoteParams } from "../../schemas/field-notes.ts";

export const restoreFieldNote = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/field-notes/{id}/restore", //: direct
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes/{id}/restore", //: under
    operationId: "restoreFieldNote",
    tags: ["field notes"],
    summary: "Restore a deleted field note",
    description:
      "Possible until it is purged, by default thirty days after its deletion. A field note that is not deleted is answered unchanged.",
    access: { member: "field-notes:write" },
    callers: ["user", "key"],
    versioned: true,
    request: { params: FieldNoteParams },
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param"); //: direct
    const { binder_id, id } = c.req.valid("param"); //: under
    const { db, member, run, versions } = c.var;
    const [, , [fieldNote]] = await run( //: direct
      versions && FieldNotes.requireVersion(db, id, member, versions, "deleted"), //: direct
      FieldNotes.restore(db, id, member), //: direct
      FieldNotes.find(db, id, member), //: direct
    ); //: direct
    const [, , , [fieldNote]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, member, "change"), //: under
      versions && FieldNotes.requireVersion(db, binder_id, id, member, versions, "deleted"), //: under
      FieldNotes.restore(db, binder_id, id, member), //: under
      FieldNotes.find(db, binder_id, id, member), //: under
    ); //: under
    if (!fieldNote) notFound();
    setETag(c, fieldNote.etag);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
