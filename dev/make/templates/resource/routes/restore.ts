import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { FieldNote } from "../../schemas/field-notes.ts";

export const restoreFieldNote = endpoint(
  {
    method: "post",
    path: "/field-notes/{id}/restore",
    operationId: "restoreFieldNote",
    tags: ["field notes"],
    summary: "Restore a deleted field note",
    description:
      "Possible until it is purged, by default thirty days after its deletion. A field note that is not deleted is answered unchanged.",
    access: "user",
    versioned: true,
    request: { params: IdParams },
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, user, run } = c.var;
    const [, [fieldNote]] = await run(FieldNotes.restore(db, id, user), FieldNotes.find(db, id, user));
    if (!fieldNote) notFound();
    setETag(c, fieldNote.etag);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
