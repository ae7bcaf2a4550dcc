import { z } from "@hono/zod-openapi";
//= imports
import { batchOf, batchResultOf } from "./batches.ts"; //: batch
import { changesSomething, ETag, Id, Timestamp } from "./common.ts";
import { pageOf } from "./pages.ts";

/** The fields that a caller sets. */
const fields = {
  //= fields
};

export const FieldNote = z
  .object({
    id: Id,
    owner_id: Id, //: user
    organization_id: Id, //: organization
    binder_id: Id, //: under
    created_by: Id.nullable(), //: organization
    //= answers
    created_at: Timestamp,
    updated_at: Timestamp,
    etag: ETag,
  })
  .openapi("FieldNote");

export const FieldNotesParams = z.object({ binder_id: Id }); //: user under
export const FieldNotesParams = z.object({ organization_id: Id }); //: organization direct
export const FieldNotesParams = z.object({ organization_id: Id, binder_id: Id }); //: organization under
export const FieldNoteParams = FieldNotesParams.extend({ id: Id }); //: organization
export const FieldNoteParams = FieldNotesParams.extend({ id: Id }); //: user under

export const FieldNoteCreate = z
  .strictObject(fields)
  //= optional
  .openapi("FieldNoteCreate");

export const FieldNoteUpdate = z
  .strictObject(fields)
  .partial()
  .check(changesSomething)
  .openapi("FieldNoteUpdate", { minProperties: 1 });

export const FieldNoteBatch = batchOf(FieldNoteCreate, FieldNoteUpdate, { //: batch
  //= example //: batch
}).openapi("FieldNoteBatch"); //: batch
export const FieldNoteBatchResult = batchResultOf(FieldNote).openapi("FieldNoteBatchResult"); //: batch
 //: batch
export const FieldNotePage = pageOf(FieldNote).openapi("FieldNotePage");

export const FieldNoteQuery = z.object({
  status: z.enum(["live", "deleted"]).default("live").openapi({ description: "`deleted`: what can still be restored" }),
  q: text({ min: 1, max: 200 }) //: search
    .optional() //: search
    .openapi({ description: "Words that must all occur" }), //: search
});
