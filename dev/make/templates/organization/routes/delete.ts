import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { FieldNoteParams } from "../../schemas/field-notes.ts";

export const deleteFieldNote = endpoint(
  {
    method: "delete",
    path: "/organizations/{organization_id}/field-notes/{id}",
    operationId: "deleteFieldNote",
    tags: ["field notes"],
    summary: "Delete a field note",
    description: "One of the organization's field notes.",
    access: { member: "field-notes:write" },
    callers: ["user", "key"],
    versioned: true,
    request: { params: FieldNoteParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, run, member, versions } = c.var;
    const [, [gone]] = await run(
      versions && FieldNotes.requireVersion(db, id, member, versions),
      FieldNotes.delete(db, id, member),
    );
    if (!gone) notFound();
    return c.body(null, 204);
  },
);
