import { FieldNotes } from "../../crud/field-notes.ts";
import { endpoint } from "../../endpoint/endpoint.ts";
import { download, downloadOf } from "../../http/download.ts";
import { FieldNote, FieldNotesParams } from "../../schemas/field-notes.ts";
import { allPages } from "../../services/pages.ts";

export const exportFieldNotes = endpoint(
  {
    method: "get",
    path: "/organizations/{organization_id}/field-notes/export", //: direct
    path: "/organizations/{organization_id}/binders/{binder_id}/field-notes/export", //: under
    operationId: "exportFieldNotes",
    tags: ["field notes"],
    summary: "Download all the organization's field notes", //: direct
    summary: "Download all of a binder's field notes", //: under
    description: "Newest first, as NDJSON or CSV by `Accept`. A file is complete only if the transfer ended normally.",
    access: { member: "field-notes:read" },
    callers: ["user", "key"],
    rate: "heavy",
    request: { params: FieldNotesParams },
    responses: { 200: downloadOf("FieldNote", "All field notes") },
    errors: ["not_acceptable"], //: direct
    errors: ["not_acceptable", "not_found"], //: under
  },
  // Each page after the first is one more round trip, behind its own guard.
  async (c) => {
    const { db, run, member } = c.var;
    const { binder_id } = c.req.valid("param"); //: under
    const pages = allPages((at) => run(FieldNotes.list(db, member, "live", at))); //: direct
    const pages = allPages(async (at) => { //: under
      const required = FieldNotes.requireBinder(db, binder_id, member, "read"); //: under
      const [, rows] = await run(required, FieldNotes.list(db, binder_id, member, "live", at)); //: under
      return rows; //: under
    }); //: under
    return download(c, "field-notes", FieldNote.omit({ etag: true }), pages);
  },
);
