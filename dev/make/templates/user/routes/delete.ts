import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts"; //: direct
import { FieldNoteParams } from "../../schemas/field-notes.ts"; //: under

export const deleteFieldNote = endpoint(
  {
    method: "delete",
    path: "/field-notes/{id}", //: direct
    path: "/binders/{binder_id}/field-notes/{id}", //: under
    operationId: "deleteFieldNote",
    tags: ["field notes"],
    summary: "Delete a field note",
    description: "One of your field notes; admins may delete any.", //: direct
    description: "One of the binder's field notes.", //: under
    access: "user",
    versioned: true,
    request: { params: IdParams }, //: direct
    request: { params: FieldNoteParams }, //: under
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param"); //: direct
    const { binder_id, id } = c.req.valid("param"); //: under
    const { db, run, user, versions } = c.var;
    const [, [gone]] = await run( //: direct
      versions && FieldNotes.requireVersion(db, id, user, versions), //: direct
      FieldNotes.delete(db, id, user), //: direct
    const [, , [gone]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, user, "change"), //: under
      versions && FieldNotes.requireVersion(db, binder_id, id, user, versions), //: under
      FieldNotes.delete(db, binder_id, id, user), //: under
    );
    if (!gone) notFound();
    return c.body(null, 204);
  },
);
