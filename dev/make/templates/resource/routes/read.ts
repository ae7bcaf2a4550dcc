import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { isKnown } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { FieldNote } from "../../schemas/field-notes.ts";

export const readFieldNote = endpoint(
  {
    method: "get",
    path: "/field-notes/{id}",
    operationId: "readFieldNote",
    tags: ["field notes"],
    summary: "Get a field note",
    description: "One of your field notes; admins may get any.",
    access: "user",
    versioned: true,
    request: { params: IdParams },
    responses: { 200: json(FieldNote, "The field note") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [fieldNote] = await c.var.run(FieldNotes.find(c.var.db, id, c.var.user));
    if (!fieldNote) notFound();
    if (isKnown(c, fieldNote.etag)) return c.body(null, 304);
    return c.json(FieldNote.parse(fieldNote), 200);
  },
);
