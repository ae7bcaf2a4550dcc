import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { FieldNoteParams } from "../../schemas/field-notes.ts";

export const deleteFieldNote = endpoint(
  {
    method: "delete",
    path: "/organizations/{organization_id}/field-notes/{id}", //: direct
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes/{id}", //: under
    operationId: "deleteFieldNote",
    tags: ["field notes"],
    summary: "Delete a field note",
    description: "One of the organization's field notes.", //: direct
    description: "One of the binder's field notes.", //: under
    access: { member: "field-notes:write" },
    callers: ["user", "key"],
    versioned: true,
    request: { params: FieldNoteParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param"); //: direct
    const { binder_id, id } = c.req.valid("param"); //: under
    const { db, run, member, versions } = c.var;
    const [, [gone]] = await run( //: direct
      versions && FieldNotes.requireVersion(db, id, member, versions), //: direct
      FieldNotes.delete(db, id, member), //: direct
    const [, , [gone]] = await run( //: under
      FieldNotes.requireBinder(db, binder_id, member, "change"), //: under
      versions && FieldNotes.requireVersion(db, binder_id, id, member, versions), //: under
      FieldNotes.delete(db, binder_id, id, member), //: under
    );
    if (!gone) notFound();
    return c.body(null, 204);
  },
);
