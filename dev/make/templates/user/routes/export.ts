import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { download, downloadOf } from "../../http/download.ts";
import { FieldNote } from "../../schemas/field-notes.ts"; //: direct
import { FieldNote, FieldNotesParams } from "../../schemas/field-notes.ts"; //: under
import { allPages } from "../../services/pages.ts";

export const exportFieldNotes = endpoint(
  {
    method: "get",
    path: "/field-notes/export", //: direct
    path: "/binders/{binder_id}/field-notes/export", //: under
    operationId: "exportFieldNotes",
    tags: ["field notes"],
    summary: "Download all your field notes", //: direct
    summary: "Download all of a binder's field notes", //: under
    description: "Newest first, as NDJSON or CSV by `Accept`. A file is complete only if the transfer ended normally.",
    access: "user",
    rate: "heavy",
    request: { params: FieldNotesParams }, //: under
    responses: { 200: downloadOf("FieldNote", "All field notes") },
    errors: ["not_acceptable"], //: direct
    errors: ["not_acceptable", "not_found"], //: under
  },
  // Each page after the first is one more round trip, behind its own guard.
  async (c) => {
    const { db, run, user } = c.var;
    const { binder_id } = c.req.valid("param"); //: under
    const pages = allPages((at) => run(FieldNotes.list(db, user.id, "live", at))); //: direct
    const pages = allPages(async (at) => { //: under
      const required = FieldNotes.requireBinder(db, binder_id, user, "read"); //: under
      const [, rows] = await run(required, FieldNotes.list(db, binder_id, "live", at)); //: under
      return rows; //: under
    }); //: under
    return download(c, "field-notes", FieldNote.omit({ etag: true }), pages);
  },
);
