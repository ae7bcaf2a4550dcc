import { findSery } from "../../crud/series.ts";
import { endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { isKnown } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Sery } from "../../schemas/series.ts";

export const readSery = endpoint(
  {
    method: "get",
    path: "/series/{id}",
    operationId: "readSery",
    tags: ["series"],
    summary: "Get a sery",
    description: "One of your series; admins may get any.",
    access: "user",
    versioned: true,
    request: { params: IdParams },
    responses: { 200: json(Sery, "The sery") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const [sery] = await c.var.run(findSery(c.var.db, id, c.var.user.id));
    if (!sery) notFound();
    if (isKnown(c, sery.version)) return c.body(null, 304);
    return c.json(Sery.parse(sery), 200);
  },
);
