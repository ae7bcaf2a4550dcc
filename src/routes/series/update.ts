import { behind } from "../../context/run.ts";
import { requireSeryVersion, updateSery } from "../../crud/series.ts";
import { body, endpoint, json } from "../../endpoint/endpoint.ts";
import { notFound } from "../../errors.ts";
import { setETag } from "../../http/etag.ts";
import { IdParams } from "../../schemas/common.ts";
import { Sery, SeryUpdate } from "../../schemas/series.ts";

export const changeSery = endpoint(
  {
    method: "patch",
    path: "/series/{id}",
    operationId: "changeSery",
    tags: ["series"],
    summary: "Change a sery",
    description: "Fields that are left out keep their values.",
    access: "user",
    versioned: true,
    request: { params: IdParams, body: body(SeryUpdate) },
    responses: { 200: json(Sery, "The changed sery") },
    errors: ["not_found"],
  },
  async (c) => {
    const { id } = c.req.valid("param");
    const { db, user, versions } = c.var;
    const run = behind(c.var.run, versions && requireSeryVersion(db, id, user.id, versions));
    const [sery] = await run(updateSery(db, id, user.id, c.req.valid("json")));
    if (!sery) notFound();
    setETag(c, sery.version);
    return c.json(Sery.parse(sery), 200);
  },
);
