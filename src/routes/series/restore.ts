import { restoreSery as restoreRow } from "../../crud/series.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Sery } from "../../schemas/series.ts";

export const restoreSery = endpoint(
  {
    method: "post",
    path: "/series/{id}/restore",
    operationId: "restoreSery",
    tags: ["series"],
    summary: "Restore a deleted sery",
    description: "Possible until it is purged, by default thirty days after its deletion.",
    access: "user",
    versioned: true,
    request: { params: IdParams },
    responses: { 200: json(Sery, "The sery") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [sery] = await c.var.run(restoreRow(c.var.db, id, c.var.user.id));
    if (!sery) notFound();
    setETag(c, sery.version);
    return c.json(Sery.parse(sery), 200);
  },
);
