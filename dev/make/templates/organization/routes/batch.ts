import { FieldNoteBatches } from "../../crud/field-notes.ts";
//= tables
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { FieldNoteBatch, FieldNoteBatchResult, FieldNotesParams } from "../../schemas/field-notes.ts";
import { changeTogether } from "../../services/batches.ts";

export const batchFieldNotes = endpoint(
  {
    method: "post",
    path: "/organizations/{organization_id}/field-notes/batch",
    operationId: "batchFieldNotes",
    tags: ["field notes"],
    summary: "Create, change and delete field notes together",
    description: "Carries out all of up to 100 operations, or none: `errors` names the first that failed.",
    access: { member: "field-notes:write" },
    callers: ["user", "key"],
    batch: true,
    idempotent: true,
    request: { params: FieldNotesParams, body: body(FieldNoteBatch) },
    //= refersToEach
    responses: { 200: json(FieldNoteBatchResult, "One result per operation, in order") },
    //= conflicts
  },
  async (c) => {
    const { operations } = c.req.valid("json");
    const { results } = await changeTogether(c.var, FieldNoteBatches, c.var.member, operations);
    return c.json(FieldNoteBatchResult.parse({ results }), 200);
  },
);
