import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { IdParams } from "../../schemas/common.ts";

export const deleteFieldNote = endpoint(
  {
    method: "delete",
    path: "/field-notes/{id}",
    operationId: "deleteFieldNote",
    tags: ["field notes"],
    summary: "Delete a field note",
    description: "One of your field notes; admins may delete any.",
    access: "user",
    versioned: true,
    request: { params: IdParams },
    responses: { 204: { description: "Deleted" } },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, run, user, versions } = c.var;
    const [, [gone]] = await run(
      versions && FieldNotes.requireVersion(db, id, user, versions),
      FieldNotes.delete(db, id, user),
    );
    if (!gone) notFound();
    return c.body(null, 204);
  },
);
